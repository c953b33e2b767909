using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>
/// One client: a bounded queue and a single writer. Anybody may offer messages; the write loop that the connection belongs to takes all
/// that wait and writes them at once, so a busy connection costs fewer writes, and an idle one costs nothing.
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

    /// <summary>Whether nothing but a goodbye will be written any more.</summary>
    public bool IsClosing
    {
        get
        {
            lock (_gate)
                return _isClosing;
        }
    }

    /// <summary>Why it is over, for the log.</summary>
    public string ClosedWith { get; private set; } = "the client has gone";

    /// <summary>Whether the stream is over when the generation is (SSE on one generation).</summary>
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

    /// <summary>Sends a message whatever the client's filters.</summary>
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

    /// <summary>Says goodbye after what is queued, and gives the client a while to say so too.</summary>
    public void Close(int code, string reason)
    {
        lock (_gate)
            CloseLocked(code, reason);
    }

    /// <summary>Takes a goodbye that is already on its way out (<see cref="System.Net.WebSockets"/> sends its own on broken frames).</summary>
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

    /// <summary>Completes when everything is written after <see cref="Close"/>, or when the client is gone.</summary>
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

    /// <summary>The client is gone, or has to go: nothing is written any more, once a write under way is done.</summary>
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

    /// <summary>Writes nothing more, but leaves the socket alone: it is someone else's.</summary>
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

    /// <summary>Pings, and ends what has overstayed; called about once a second.</summary>
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

        // Our goodbye is out, or stuck, and no answer came.
        Abort();
    }

    /// <summary>Writes all that waits. Called by the write loop alone.</summary>
    /// <returns>False when the write goes on, and keeps the batch.</returns>
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
            // Whatever made a write fail, this client is gone and the others are none the wiser.
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

    /// <summary>The client reads more slowly than events come: first what newer messages say too, then previews, then the client itself.</summary>
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
