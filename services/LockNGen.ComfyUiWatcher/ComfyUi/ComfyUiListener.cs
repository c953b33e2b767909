using System.Net.WebSockets;
using LockNGen.Hosting.Resilience;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// Keeps a socket open under one client id: reconnects with backoff and jitter, parses frames, and reports when it last received something.
/// Messages are handed over on the reading thread, so nothing waits between ComfyUI and the reader's state.
/// </summary>
internal sealed partial class ComfyUiListener(
    string instance,
    ServerAccess access,
    string clientId,
    ListenerSettings settings,
    Action<ComfyUiListener, ComfyUiMessage, DateTimeOffset> onMessage,
    Action<ComfyUiListener> onLost,
    TimeProvider clock,
    WatcherMetrics metrics,
    ILogger logger)
{
    private static readonly Backoff Reconnect = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));

    /// <summary>A login or proxy that refuses WebSockets does so until someone changes it.</summary>
    private static readonly Backoff AskAgain = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));

    /// <summary>ComfyUI greets at once. If its HTTP answers and its socket does not, something in between blocks the socket.</summary>
    private static readonly TimeSpan GreetingTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A connection that repeatedly ends sooner is being closed by something in between.</summary>
    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private CancellationTokenSource? _connection;
    private bool _isRenewed;
    private long _lastHeardTicks = clock.GetUtcNow().UtcTicks;
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string ClientId { get; } = clientId;

    /// <summary>Whether the server has greeted this connection.</summary>
    public bool Connected { get; private set; }

    /// <summary>Why something in front of the server blocks WebSockets; null if nothing has refused one, or once they work.</summary>
    public UnusableServerException? Refusal { get; private set; }

    /// <summary>When a connection of this client id last ended or failed, except when this side closed it.</summary>
    public DateTimeOffset? BrokenAt { get; private set; }

    /// <summary>When the last frame was received, or the connection opened.</summary>
    public DateTimeOffset LastHeardAt
    {
        get => new(Volatile.Read(ref _lastHeardTicks), TimeSpan.Zero);
        private set => Volatile.Write(ref _lastHeardTicks, value.UtcTicks);
    }

    /// <summary>The content of the last <c>status</c> frame.</summary>
    public int QueueRemaining { get; private set; }

    /// <summary>Counts <c>status</c> frames, so that a reader can tell whether one has been received since.</summary>
    public long StatusFrames { get; private set; }

    /// <summary>How often and how regularly frames report on prompts.</summary>
    public FrameRhythm Rhythm { get; } = new();

    public ListenerState State => new(Connected, LastHeardAt, QueueRemaining, StatusFrames, BrokenAt) { Words = Rhythm.Words, Pause = Rhythm.Pause };

    /// <summary>Waits for the server's greeting, for a limited time, and not at all if none will come.</summary>
    public async Task WaitUntilConnectedAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Task connected, refused;
        lock (_gate)
            (connected, refused) = (_connected.Task, _refused.Task);
        await Task.WhenAny(connected, refused, Task.Delay(timeout, clock, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var since = clock.GetTimestamp();
            var connected = await ConnectAndReadAsync(cancellationToken);
            failures = connected && clock.GetElapsedTime(since) >= LeastLife ? 1 : failures + 1;
            // Messages sent until it is open again are missed.
            if (connected && _isRenewed)
                continue;
            await Task.Delay((Refusal is null ? Reconnect : AskAgain).DelayAfter(failures), clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Closes the connection and opens a new one: the cure for a server that has forgotten this socket.</summary>
    public void Renew()
    {
        lock (_gate)
        {
            _isRenewed = _connection is not null;
            _connection?.Cancel();
        }
    }

    private async Task<bool> ConnectAndReadAsync(CancellationToken cancellationToken)
    {
        using var connection = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_gate)
            (_connection, _isRenewed) = (connection, false);

        var greeted = false;
        var opened = false;
        try
        {
            await using var socket = await ComfyUiSocket.ConnectAsync(access, ClientId, settings.MaxFrame, settings.ConnectTimeout, connection.Token);
            opened = true;
            using var silence = new CancellationTokenSource(GreetingTimeout, clock);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(connection.Token, silence.Token);
            LastHeardAt = clock.GetUtcNow();
            var reader = new FrameReader(settings.CustomEvents);
            // A server that sends one unreadable frame sends thousands: only the first of a connection is logged.
            var malformed = false;
            var words = await socket.ReadAsync(
                (frame, type) =>
                {
                    if (!greeted)
                    {
                        silence.CancelAfter(Timeout.InfiniteTimeSpan);
                        greeted = Connected = true;
                        Refusal = null;
                        _connected.TrySetResult();
                        LogConnected(instance, ClientId);
                    }

                    LastHeardAt = clock.GetUtcNow();
                    if (reader.Read(frame, type, out var problem) is { } message)
                    {
                        Handle(message);
                        return;
                    }

                    Pass(problem);
                },
                length => Pass($"it has {length} bytes, and MaxFrameBytes is {settings.MaxFrame}"),
                end.Token);
            void Pass(string? problem)
            {
                metrics.Malformed(instance);
                if (!malformed)
                    LogMalformed(instance, ClientId, problem);
                malformed = true;
            }

            if (greeted)
                LogClosed(instance, ClientId, access.Mask(words ?? "no reason given"));
            else
                Refuse(NoSocket($"it was closed at once{(words is null ? "" : $" ({words})")}"));
        }
        catch (OperationCanceledException) when (connection.IsCancellationRequested)
        {
            if (!cancellationToken.IsCancellationRequested)
                LogRenewed(instance, ClientId);
        }
        catch (OperationCanceledException) when (opened)
        {
            Refuse(NoSocket($"it was opened, and nothing came through it within {GreetingTimeout.TotalSeconds:0} seconds"));
        }
        catch (OperationCanceledException)
        {
            LogLost(instance, ClientId, $"it was not opened within {settings.ConnectTimeout.TotalSeconds:0.#} seconds");
        }
        catch (WebSocketException e) when (e.InnerException is UnusableServerException refusal)
        {
            Refuse(refusal);
        }
        catch (Exception e)
        {
            LogLost(instance, ClientId, access.Mask(e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message));
        }
        finally
        {
            // The server does not know about a connection that something in front of it refused.
            Ended(greeted, wanted: connection.IsCancellationRequested || Refusal is not null);
        }

        return greeted;
    }

    private UnusableServerException NoSocket(string problem) =>
        new(default, Contracts.InstanceReasonCodes.ProxyError, access.Mask($"something in front of ComfyUI lets no WebSocket through: {problem}"));

    private void Refuse(UnusableServerException refusal)
    {
        if (Refusal?.Message != refusal.Message)
            LogLost(instance, ClientId, refusal.Message);
        Refusal = refusal;
        _refused.TrySetResult();
    }

    private void Ended(bool greeted, bool wanted)
    {
        lock (_gate)
        {
            _connection = null;
            Connected = false;
            if (_connected.Task.IsCompleted)
                _connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (greeted)
            metrics.Reconnected(instance);
        if (!wanted)
        {
            BrokenAt = clock.GetUtcNow();
            onLost(this);
        }
    }

    private void Handle(ComfyUiMessage message)
    {
        metrics.Received(instance, message);
        if (message.Ignored > 0)
            metrics.Malformed(instance, message.Ignored);
        if (message is QueueStatus status)
        {
            QueueRemaining = status.QueueRemaining ?? QueueRemaining;
            StatusFrames++;
        }
        else if (message.TellsOfWork)
        {
            Rhythm.Note(LastHeardAt);
        }

        onMessage(this, message, LastHeardAt);
    }

    [LoggerMessage(LogLevel.Information, "Connected to {Instance} as {ClientId}")]
    private partial void LogConnected(string instance, string clientId);

    [LoggerMessage(LogLevel.Warning, "{Instance} closed the socket of {ClientId}: {Words}")]
    private partial void LogClosed(string instance, string clientId, string words);

    [LoggerMessage(LogLevel.Information, "Renewing the socket of {ClientId} to {Instance}")]
    private partial void LogRenewed(string instance, string clientId);

    [LoggerMessage(LogLevel.Warning, "No socket to {Instance} for {ClientId}: {Reason}")]
    private partial void LogLost(string instance, string clientId, string reason);

    [LoggerMessage(LogLevel.Warning, "{Instance} sent {ClientId} a frame that cannot be read; further ones of this connection are only counted: {Reason}")]
    private partial void LogMalformed(string instance, string clientId, string? reason);
}

/// <summary>What the sockets of all servers have in common.</summary>
/// <param name="MaxFrame">The longest message that is read, in bytes.</param>
/// <param name="ConnectTimeout">How long the handshake may take.</param>
/// <param name="CustomEvents">Types of custom nodes' own events that are passed on.</param>
internal sealed record ListenerSettings(int MaxFrame, TimeSpan ConnectTimeout, IReadOnlySet<string> CustomEvents);

/// <summary>The state of a socket, and what it last reported about the queue.</summary>
internal sealed record ListenerState(bool Connected, DateTimeOffset LastHeardAt, int QueueRemaining, long StatusFrames, DateTimeOffset? BrokenAt)
{
    /// <inheritdoc cref="FrameRhythm.Words"/>
    public long Words { get; init; }

    /// <inheritdoc cref="FrameRhythm.Pause"/>
    public TimeSpan Pause { get; init; }
}
