using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>
/// One client: a bounded queue and a single writer. Any thread may offer messages; the write loop of the connection takes all waiting
/// messages and writes them at once, so a busy connection needs fewer writes, and an idle one costs nothing.
/// </summary>
internal sealed class ClientConnection(
    Caller caller, ClientTransport transport, ClientView view, WriteLoop loop, ConnectionOptions options, GatewayMetrics metrics, TimeProvider clock)
    : Subscriber(caller)
{
    private readonly Lock _gate = new();
    private readonly OutgoingQueue _queue = new();
    private readonly Liveness _liveness = new(options, clock);
    private TaskCompletionSource? _ended;
    private long _closeBy;
    private bool _isScheduled;
    private bool _isSending;
    private bool _isClosing;
    private bool _hasEnded;
    private bool _endsWithGeneration;

    public string Id { get; } = Guid.NewGuid().ToString("N")[..16];

    public ClientTransport Transport => transport;

    /// <summary>Whether nothing more is written, except perhaps a close frame.</summary>
    public bool IsClosing
    {
        get
        {
            lock (_gate)
                return _isClosing;
        }
    }

    /// <summary>Why it ended, for the log.</summary>
    public string ClosedWith { get; private set; } = "the client has gone";

    /// <summary>Whether the stream ends when the generation does (SSE on one generation).</summary>
    public bool EndsWithGeneration { init => _endsWithGeneration = value; }

    /// <summary>Whether the client answers pings; an SSE client cannot.</summary>
    public bool AnswersPings { get; init; } = true;

    public WatchedGenerations Watched { get; } = new();

    public override bool WantsProgress => view.WantsProgress;

    public override void Offer(ServerMessage message)
    {
        var ends = _endsWithGeneration && message.EndsGeneration;
        if (view.Of(message) is { } wanted)
            Send(wanted);
        if (ends)
            Close(CloseCode.Done, "the generation has ended");
    }

    public override bool Watches(Guid generationId) => Watched.Contains(generationId);

    /// <summary>Sends a message regardless of the client's filters.</summary>
    public void Send(ServerMessage message)
    {
        lock (_gate)
        {
            if (_isClosing || _hasEnded)
                return;
            _queue.Add(message);
            if (_isSending)
                MakeRoom();
            else
                Schedule();
        }
    }

    /// <summary>Sends a close frame after the queued messages, and gives the client some time to answer it.</summary>
    public void Close(int code, string reason)
    {
        lock (_gate)
            CloseLocked(code, reason);
    }

    /// <summary>Sends a finished close frame (<see cref="System.Net.WebSockets"/> makes its own for broken frames).</summary>
    public void CloseWith(ServerMessage goodbye)
    {
        lock (_gate)
        {
            if (_isClosing || _hasEnded)
                return;
            BeginClose();
            _queue.Add(goodbye);
            Schedule();
        }
    }

    /// <summary>Completes when everything has been written after <see cref="Close"/>, or when the client is gone.</summary>
    public Task EndedAsync()
    {
        lock (_gate)
        {
            if (_hasEnded)
                return Task.CompletedTask;
            _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _ended.Task;
        }
    }

    /// <summary>The client is gone or must be disconnected: after the write under way, if any, nothing more is written.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            _isClosing = true;
            _queue.Clear();
            if (!_isSending)
                End();
        }

        transport.Abort();
    }

    /// <summary>Writes nothing more, but does not close the socket, which belongs to someone else.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            _isClosing = _hasEnded = true;
            _queue.Clear();
        }
    }

    /// <inheritdoc cref="Liveness.Received"/>
    public void Received() => _liveness.Received();

    /// <summary>Pings, and ends the connection when its time is up; called about once a second.</summary>
    public void Tick(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_isClosing)
            {
                if (_hasEnded)
                    return;
                if (Caller.ExpiresAt <= now)
                    CloseLocked(CloseCode.NotAllowed, "the token has expired");
                else
                    CheckLiveness();
                return;
            }

            if (clock.GetTimestamp() < _closeBy)
                return;
        }

        // Our close frame was sent, or is stuck, and was not answered.
        Abort();
    }

    /// <summary>Writes all waiting messages. Called only by the write loop.</summary>
    /// <returns>False if the write is still under way and keeps the batch.</returns>
    public bool Flush(SendBatch batch)
    {
        lock (_gate)
        {
            _isScheduled = false;
            if (_isSending || _hasEnded || _queue.Count == 0)
                return true;
            _queue.MoveTo(batch.Messages);
            _isSending = true;
        }

        try
        {
            var sending = transport.SendAsync(batch);
            if (!sending.IsCompleted)
            {
                _ = FinishAsync(sending, batch);
                return false;
            }

            sending.GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // Whatever the cause of a failed write, only this client is affected.
            Finish(batch, isWritten: false);
            return true;
        }

        Finish(batch, isWritten: true);
        return true;
    }

    private async Task FinishAsync(ValueTask sending, SendBatch batch)
    {
        var task = sending.AsTask();
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Finish(batch, task.IsCompletedSuccessfully);
    }

    private void Finish(SendBatch batch, bool isWritten)
    {
        if (isWritten)
        {
            metrics.Delivered(batch.Messages.Count, batch.Messages[^1].ReceivedAt);
            foreach (var message in batch.Messages)
                message.Trace?.Written();
        }

        batch.Clear();
        lock (_gate)
        {
            _isSending = false;
            if (!isWritten)
                _hasEnded = true;
            if (_queue.Count > 0 && !_hasEnded)
                Schedule();
            else if (_isClosing || _hasEnded)
                End();
        }

        if (!isWritten)
            transport.Abort();
    }

    private void Schedule()
    {
        if (_isScheduled || _isSending)
            return;
        _isScheduled = true;
        loop.Schedule(this);
    }

    /// <summary>The client reads more slowly than events arrive: superseded messages are dropped first, then previews, then the client itself.</summary>
    private void MakeRoom()
    {
        if (_queue.Bytes <= options.MaxQueuedBytes)
            return;
        metrics.Conflated(_queue.Conflate());
        if (_queue.Bytes > options.MaxQueuedBytes)
            metrics.Conflated(_queue.DropPreviews());
        if (_queue.Bytes <= options.MaxQueuedBytes)
            return;
        _queue.Clear();
        CloseLocked(CloseCode.TooSlow, "you read more slowly than events come");
    }

    private void CloseLocked(int code, string reason)
    {
        if (_isClosing || _hasEnded)
            return;
        metrics.Closed(code);
        ClosedWith = $"closed with {code} {reason}";
        BeginClose();
        if (transport.Goodbye(code, reason) is { } goodbye)
            _queue.Add(goodbye);
        if (_queue.Count > 0)
            Schedule();
        else if (!_isSending)
            End();
    }

    private void BeginClose()
    {
        _isClosing = true;
        _closeBy = clock.GetTimestamp() + (long)(options.CloseTimeout.TotalSeconds * clock.TimestampFrequency);
    }

    private void CheckLiveness()
    {
        switch (_liveness.Look(AnswersPings))
        {
            case LivenessAction.Ping:
                _queue.Add(ServerMessage.Heartbeat);
                Schedule();
                break;
            case LivenessAction.Close:
                CloseLocked(CloseCode.HeartbeatTimeout, "no sign of life");
                break;
        }
    }

    private void End()
    {
        _hasEnded = true;
        _ended?.TrySetResult();
    }
}
