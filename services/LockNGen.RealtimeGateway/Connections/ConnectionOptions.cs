using System.ComponentModel.DataAnnotations;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>Limits on clients and their connections. Section <c>Connections</c>.</summary>
public sealed class ConnectionOptions
{
    public const string Section = "Connections";

    /// <summary>Open connections (WebSocket, SSE, waiting polls) of this replica. Default 20,000; beyond it 503.</summary>
    [Range(1, 10_000_000)]
    public int Max { get; set; } = 20_000;

    /// <summary>Open connections of one client: an address, or a user when authenticated. Default 500; beyond it 429.</summary>
    [Range(1, 10_000_000)]
    public int MaxPerClient { get; set; } = 500;

    /// <summary>Connection attempts and polls of one client in a minute. Default 600; beyond it 429.</summary>
    [Range(1, 10_000_000)]
    public int AttemptsPerMinute { get; set; } = 600;

    /// <summary>Generations that one connection may watch by id. Default 200.</summary>
    [Range(1, 100_000)]
    public int MaxSubscriptions { get; set; } = 200;

    /// <summary>Size of a client's message in bytes. Default 64 KiB; beyond it the connection is closed with 1009.</summary>
    [Range(256, 16 << 20)]
    public int MaxFrameBytes { get; set; } = 64 << 10;

    /// <summary>Messages that a client may send in a second, in the long run; a tenfold burst is allowed. Default 20; beyond it 1008.</summary>
    [Range(1, 100_000)]
    public int FramesPerSecond { get; set; } = 20;

    /// <summary>The same for all connections of one client together: an address, or a user when authenticated. Default 1,000; beyond it 1008.</summary>
    [Range(1, 1_000_000)]
    public int FramesPerSecondPerClient { get; set; } = 1_000;

    /// <summary>How many seconds' worth of messages may arrive at once: a page that starts sends several.</summary>
    internal const int FrameBurstSeconds = 10;

    /// <summary>
    /// Bytes that may wait for a client that reads too slowly. Default 1 MiB. Beyond it superseded progress is dropped first, then previews, then the
    /// connection (4429).
    /// </summary>
    [Range(16 << 10, 1 << 30)]
    public int MaxQueuedBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Bytes that the kernel may additionally buffer for a connection. Default 256 KiB; without a limit it grows to megabytes for a client that stops reading.
    /// </summary>
    [Range(4 << 10, 64 << 20)]
    public int SendBufferBytes { get; set; } = 256 << 10;

    /// <summary>Silence after which a client is pinged, and the interval of SSE comments. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:30:00")]
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to a ping may take before the connection is closed with 4408. Default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:30:00")]
    public TimeSpan PongTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may take to answer a close frame. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long events are collected before they are written, for fewer and larger writes. Default 0: each event is sent at once, and
    /// only those that pile up under load are sent together.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan GatherWindow { get; set; }

    /// <summary>
    /// Whether permessage-deflate is offered. Default false: events of 300 bytes shrink to about 200, which costs more CPU than the bytes
    /// are worth unless bandwidth is scarce.
    /// </summary>
    public bool Compression { get; set; }

    /// <summary>Threads that write to clients; connections are spread over them. Default 0: one for every two cores.</summary>
    [Range(0, 256)]
    public int WriteThreads { get; set; }
}
