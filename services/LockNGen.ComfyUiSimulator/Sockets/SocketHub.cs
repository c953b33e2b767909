using System.Net.WebSockets;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace LockNGen.ComfyUiSimulator.Sockets;

/// <summary>
/// The connected sockets, and the one queue through which every event is sent. Registration is by client id and careless
/// on purpose: a second socket replaces the first without closing it, and closing either one removes the entry.
/// </summary>
internal sealed partial class SocketHub(TimeProvider clock, ILogger<SocketHub> logger)
{
    /// <summary>Beyond this, previews are dropped; the real queue has no limit.</summary>
    private const long MaxQueuedBytes = 256L * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, SocketConnection> _registered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _featureFlags = new(StringComparer.Ordinal);
    private readonly HashSet<SocketConnection> _open = [];
    private readonly Channel<Frame> _frames = Channel.CreateUnbounded<Frame>(new UnboundedChannelOptions { SingleReader = true });
    private long _queuedBytes;
    private long _pausedUntil;

    /// <summary>The client id of the prompt that runs, or ran last; null if it had none, which makes its events broadcasts.</summary>
    public string? CurrentClientId { get; set; }

    /// <summary>The node that runs now, for the hint that a reconnecting client gets.</summary>
    public string? LastNodeId { get; set; }

    /// <summary>Queues a frame for the sender.</summary>
    public void Post(Frame frame)
    {
        if (frame.Type == WebSocketMessageType.Binary && Interlocked.Read(ref _queuedBytes) > MaxQueuedBytes)
            return;
        Interlocked.Add(ref _queuedBytes, frame.Payload.Length);
        _frames.Writer.TryWrite(frame);
    }

    /// <summary>Queues an event for the client of the running prompt, or for everyone if it has none.</summary>
    public void Whisper(string type, JsonObject data) => Post(Frame.Json(type, data, CurrentClientId));

    public void Broadcast(string type, JsonObject data) => Post(Frame.Json(type, data, target: null));

    /// <summary>Delays everything queued from now on: Python's garbage collector stops the whole server for a moment.</summary>
    public void Pause(TimeSpan duration) =>
        Interlocked.Exchange(ref _pausedUntil, clock.GetTimestamp() + (long)(duration.TotalSeconds * clock.TimestampFrequency));

    public void Register(SocketConnection connection)
    {
        lock (_gate)
        {
            _open.Add(connection);
            _registered.Remove(connection.ClientId);
            _registered[connection.ClientId] = connection;
            _featureFlags[connection.ClientId] = [];
        }
    }

    /// <summary>Removes whatever is registered under the id, even a newer socket, which is then deaf without noticing.</summary>
    public void Unregister(SocketConnection connection)
    {
        lock (_gate)
        {
            _open.Remove(connection);
            _registered.Remove(connection.ClientId);
            _featureFlags.Remove(connection.ClientId);
        }
    }

    public void SetFeatureFlags(string clientId, JsonObject flags)
    {
        lock (_gate)
            _featureFlags[clientId] = flags;
    }

    /// <summary>Only the JSON boolean true counts.</summary>
    public bool SupportsPreviewMetadata(string? clientId)
    {
        lock (_gate)
        {
            return clientId is not null
                && _featureFlags.TryGetValue(clientId, out var flags)
                && flags["supports_preview_metadata"] is JsonValue value
                && value.TryGetValue(out bool supported)
                && supported;
        }
    }

    /// <summary>Every open socket, with whether it is the one registered under its id.</summary>
    public IReadOnlyList<(SocketConnection Connection, bool Registered)> Open()
    {
        lock (_gate)
            return [.. _open.Select(c => (c, _registered.TryGetValue(c.ClientId, out var r) && r == c))];
    }

    /// <summary>Bypasses the queue: the first status, the reconnect hint and the answer to feature flags.</summary>
    public async Task SendNowAsync(Frame frame, CancellationToken cancellationToken)
    {
        foreach (var connection in Recipients(frame.Target))
        {
            try
            {
                await connection.SendAsync(frame, cancellationToken);
            }
            catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
            {
                LogSendFailed(connection.ClientId, e.Message);
            }
        }
    }

    /// <summary>Writes one frame after the other, each to all its recipients, waiting for each: a client that does not read stalls all of them.</summary>
    public async Task SendQueuedAsync(CancellationToken cancellationToken)
    {
        await foreach (var frame in _frames.Reader.ReadAllAsync(cancellationToken))
        {
            var pause = Interlocked.Read(ref _pausedUntil) - clock.GetTimestamp();
            if (pause > 0)
                await Task.Delay(TimeSpan.FromSeconds((double)pause / clock.TimestampFrequency), clock, cancellationToken);
            Interlocked.Add(ref _queuedBytes, -frame.Payload.Length);
            await SendNowAsync(frame, cancellationToken);
        }
    }

    private SocketConnection[] Recipients(string? target)
    {
        lock (_gate)
        {
            if (target is null)
                return [.. _registered.Values];
            return _registered.TryGetValue(target, out var connection) ? [connection] : [];
        }
    }

    [LoggerMessage(LogLevel.Debug, "send to {ClientId} failed: {Reason}")]
    private partial void LogSendFailed(string clientId, string reason);
}
