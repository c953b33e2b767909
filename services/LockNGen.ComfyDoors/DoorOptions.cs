using System.ComponentModel.DataAnnotations;

namespace LockNGen.ComfyDoors;

/// <summary>The doors. Section <c>ComfyDoors</c>.</summary>
public sealed class DoorOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "ComfyDoors";

    /// <summary>Where the GenerationApi is. Default <c>http://127.0.0.1:5081</c>.</summary>
    [Required, Url]
    public string ApiUrl { get; set; } = "http://127.0.0.1:5081";

    /// <summary>
    /// The doors' own port in a process that has others, too (Standalone). Unset: they answer on every port of this process, except for /health.
    /// </summary>
    [Range(1, 65_535)]
    public int? Port { get; set; }

    /// <summary>Unique among the replicas; part of the name of its queue. Default: host name and a random suffix, new at every start.</summary>
    [Required, RegularExpression("[A-Za-z0-9._-]{1,100}", ErrorMessage = "ComfyDoors:Name must be 1 to 100 letters, digits, '.', '_' or '-'.")]
    public string Name { get; set; } = $"{Environment.MachineName}-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>Bytes that the queue may hold; beyond it the oldest are dropped, and the replica asks for what it missed. Default 64 MiB.</summary>
    [Range(1 << 16, 1 << 30)]
    public int QueueMaxBytes { get; set; } = 64 << 20;

    /// <summary>How often, at least, clients with unfinished prompts are sent something: some take ten seconds of silence for a lost connection. Default 8 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan StatusInterval { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How often the prompts of connected clients are compared with the GenerationApi's state. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan ReconcileInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long undelivered messages are kept for a client that is disconnected. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan KeepTimelines { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Frames that may wait for a slow client, in bytes; beyond it the connection is closed, and the client reconnects for the rest. Default 32 MiB.</summary>
    [Range(1 << 16, 1 << 30)]
    public int MaxBacklogBytes { get; set; } = 32 << 20;

    /// <summary>Sockets at a time. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxSockets { get; set; } = 10_000;

    /// <summary>The largest body of a prompt, in bytes. Default 32 MiB.</summary>
    [Range(1 << 10, 1 << 30)]
    public int MaxPromptBytes { get; set; } = 32 << 20;

    /// <summary>The largest upload, in bytes; the GenerationApi also has a limit of its own. Default 100 MiB.</summary>
    [Range(1 << 10, 1L << 40)]
    public long MaxUploadBytes { get; set; } = 100L << 20;

    /// <summary>The largest answer with full history entries, in bytes. Default 32 MiB.</summary>
    [Range(1 << 16, 1 << 30)]
    public int MaxHistoryBytes { get; set; } = 32 << 20;

    /// <summary>How long the GenerationApi may take to answer. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan ApiTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long reads and submissions wait for a GenerationApi that is unavailable. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ApiPatience { get; set; } = TimeSpan.FromSeconds(10);
}
