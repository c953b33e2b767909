using System.Diagnostics;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// The only publisher of a generation's attempt. An event gets its number when it is sent, and from then on it must not change: it is sent,
/// byte for byte, until the broker has confirmed it, before anything after it. If the publisher keeps the order, no event waits for the confirm of
/// the one before: a few are in flight at a time, and progress beyond that is merged until the broker catches up. Due events are sent on the thread that adds them: a
/// separate thread would cost more to wake than an event costs to publish.
/// </summary>
internal sealed partial class GenerationOutbox(
    AttemptContext attempt, EventPublisher publisher, PublishPolicy policy, SharedTimer timer, TimeProvider clock, WatcherMetrics metrics, ILogger logger)
{
    /// <summary>Events of one generation that the broker has not confirmed yet.</summary>
    private const int MaxOnTheirWay = 8;

    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);
    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    private readonly Lock _gate = new();
    private readonly EventContext _context = attempt.Event;
    private readonly PendingEvents _pending = new(policy, clock);
    private readonly NewestProgress _newest = new();
    private long _number;
    private long? _stateSequence = attempt.Work.StateSequence;
    private string? _previewUrl;
    private bool _isOpen;
    private DateTimeOffset _wakesAt = DateTimeOffset.MaxValue;
    private DateTimeOffset _silentSince;
    private Task _sent = Task.CompletedTask;
    private int _onTheirWay;
    private bool _isEnding;
    private TaskCompletionSource? _drained;
    private Activity? _activity;
    private CancellationToken _stop;

    /// <summary>Never waits.</summary>
    /// <param name="translated">The event, without number.</param>
    /// <param name="receivedAt">When the ComfyUI frame that caused it was received; null if there was none.</param>
    public void Add(TranslatedEvent translated, DateTimeOffset? receivedAt = null)
    {
        if (translated.Preview is { } preview && preview.Image.Length > policy.PreviewMaxBytes)
            return;
        lock (_gate)
        {
            if (_pending.Add(new PendingEvent(translated, receivedAt)))
                metrics.Superseded(translated.Event.Type);
            PublishDue();
        }
    }

    /// <summary>Completes when the broker has confirmed everything added; from now on progress is sent at once, and never repeated.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isEnding = true;
            var drained = _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            PublishDue();
            return drained.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives the terminal event its number. After <see cref="DrainAsync"/> only.</summary>
    public T Number<T>(T message)
        where T : GenerationEvent
    {
        var numbered = message with { Sequence = GenerationSequence.Of(attempt.Number, ++_number), StateSequence = _stateSequence };
        if (!GenerationEventTypes.IsProgress(message.Type))
            _stateSequence = numbered.Sequence;
        return numbered;
    }

    /// <summary>Publishes a numbered event until it is confirmed.</summary>
    public async Task PublishAsync(GenerationEvent message, EncodedPreview? preview, DateTimeOffset? receivedAt, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(ConfirmTimeout);
            try
            {
                await PostAsync(message, preview, receivedAt, deadline.Token);
                if (tries > 1)
                    LogConfirmed(message.Type, attempt.GenerationId);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (tries == 1)
                    LogUnconfirmed(message.Type, attempt.GenerationId, e.Message);
                await Task.Delay(Retry.DelayAfter(tries), clock, cancellationToken);
            }
        }
    }

    /// <summary>Publishes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            (_stop, _activity, _silentSince) = (cancellationToken, Activity.Current, clock.GetUtcNow());
            _isOpen = true;
            PublishDue();
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            _isOpen = false;
        LogClosed(attempt.GenerationId, attempt.Number);
    }

    private void Wake(DateTimeOffset due)
    {
        lock (_gate)
        {
            // Another one was added before it.
            if (due != _wakesAt)
                return;
            _wakesAt = DateTimeOffset.MaxValue;
            PublishDue();
        }
    }

    private void PublishDue()
    {
        if (!_isOpen || _stop.IsCancellationRequested)
            return;
        // The caller may have another trace, or none.
        var activity = Activity.Current;
        if (activity != _activity)
            Activity.Current = _activity;
        var now = clock.GetUtcNow();
        while (_onTheirWay < (publisher.KeepsOrder ? MaxOnTheirWay : 1))
        {
            if (_pending.Take(now, atOnce: _drained is not null, out var wait) is { } next)
            {
                Publish(next);
                _silentSince = now;
                continue;
            }

            if (!_pending.IsEmpty)
            {
                WakeAt(now + wait);
            }
            else if (!_isEnding)
            {
                if (now >= _silentSince + policy.RepeatAfter)
                {
                    Repeat();
                    _silentSince = now;
                }

                WakeAt(_silentSince + policy.RepeatAfter);
            }

            break;
        }

        if (activity != _activity)
            Activity.Current = activity;
        if (_pending.IsEmpty && _onTheirWay == 0)
        {
            _drained?.TrySetResult();
            _drained = null;
        }
    }

    // Waking too early costs less than a timer for each event.
    private void WakeAt(DateTimeOffset due)
    {
        if (_wakesAt <= due)
            return;
        _wakesAt = due;
        timer.WakeAt(due, Wake);
    }

    private void Publish(PendingEvent next)
    {
        var message = Number(next.Translated.Event);
        message = message switch
        {
            GenerationPreviewed p => p with { Data = p.Data with { PreviewUrl = _previewUrl = policy.PreviewUrl(attempt.GenerationId, p.Sequence) } },
            GenerationProgressed p => p with { Data = p.Data with { PreviewUrl = _previewUrl } },
            _ => message,
        };
        _newest.Note(message);
        var preview = next.Translated.Preview is { } frame ? new EncodedPreview(frame.ContentType, frame.Image) : null;
        Send(message, preview, next.ReceivedAt);
    }

    /// <summary>
    /// Publishes the newest progress again. Readers that have it ignore it by its number; if a state event has followed it, so would those that lack it, and
    /// it gets a new number, once.
    /// </summary>
    private void Repeat()
    {
        var newest = _newest.Events;
        var isLeftBehind = newest.Any(m => m.Sequence < _stateSequence);
        foreach (var message in newest)
        {
            var again = isLeftBehind ? Number(message with { Timestamp = clock.GetUtcNow() }) : message;
            _newest.Note(again);
            Send(again, preview: null, receivedAt: null);
        }
    }

    private void Send(GenerationEvent message, EncodedPreview? preview, DateTimeOffset? receivedAt)
    {
        _onTheirWay++;
        if (!publisher.KeepsOrder)
        {
            _sent = PublishAfterAsync(_sent, message, preview, receivedAt);
            return;
        }

        if (preview is not null)
            _ = publisher.PostAsync(preview.Of(message), HeadersOf(receivedAt), _stop);
        publisher.Post(message, HeadersOf(receivedAt), () => Confirmed(message.Type, receivedAt), _stop);
    }

    private void Confirmed(string type, DateTimeOffset? receivedAt)
    {
        metrics.Published(attempt.Instance, type, clock.GetUtcNow() - receivedAt);
        Sent();
    }

    private void Sent()
    {
        lock (_gate)
        {
            _onTheirWay--;
            PublishDue();
        }
    }

    private async Task PublishAfterAsync(Task before, GenerationEvent message, EncodedPreview? preview, DateTimeOffset? receivedAt)
    {
        await before;
        try
        {
            await Task.Run(() => PublishAsync(message, preview, receivedAt, _stop), _stop);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }

        Sent();
    }

    private async Task PostAsync(GenerationEvent message, EncodedPreview? preview, DateTimeOffset? receivedAt, CancellationToken cancellationToken)
    {
        if (preview is not null)
            await publisher.PostAsync(preview.Of(message), HeadersOf(receivedAt), cancellationToken);
        await publisher.PostAsync(message, HeadersOf(receivedAt), cancellationToken);
        metrics.Published(attempt.Instance, message.Type, clock.GetUtcNow() - receivedAt);
    }

    private EventContext HeadersOf(DateTimeOffset? receivedAt) =>
        receivedAt is { } at ? _context with { ReceivedAt = at.ToUnixTimeMilliseconds() * 1000 + at.Microsecond } : _context;

    [LoggerMessage(LogLevel.Warning, "{Type} of {GenerationId} was not confirmed, retrying until it is: {Reason}")]
    private partial void LogUnconfirmed(string type, Guid generationId, string reason);

    [LoggerMessage(LogLevel.Information, "{Type} of {GenerationId} is confirmed now")]
    private partial void LogConfirmed(string type, Guid generationId);

    [LoggerMessage(LogLevel.Debug, "Publishing for {GenerationId}, attempt {Attempt}, is over")]
    private partial void LogClosed(Guid generationId, int attempt);
}
