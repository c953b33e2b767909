using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.ServiceDefaults.Bus;
using LockNGen.ServiceDefaults.Resilience;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// The one publisher of a generation's attempt. Events wait here for their turn: progress is superseded by newer progress of its type,
/// everything else stays in order. An event gets its number when it leaves, and from then on it is that event: it goes out, byte for
/// byte, again and again until the broker has confirmed, before anything behind it.
/// </summary>
internal sealed partial class GenerationOutbox(
    Guid generationId, int attempt, EventContext context, EventPublisher publisher, PublishPolicy policy, TimeProvider clock, WatcherMetrics metrics,
    ILogger logger)
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);
    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    private readonly Lock _gate = new();
    private readonly List<Waiting> _waiting = [];
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource? _drained;
    private bool _publishing;
    private long _number;
    private string? _previewUrl;
    private DateTimeOffset _paidUntil = clock.GetUtcNow();
    private DateTimeOffset _lastPreview;

    /// <summary>Never waits. What it holds is bounded: one event of each progress type, and a generation's few state events.</summary>
    /// <param name="translated">The event, without number.</param>
    /// <param name="receivedAt">When ComfyUI's frame came that caused it; null when none did.</param>
    public void Add(TranslatedEvent translated, DateTimeOffset? receivedAt = null)
    {
        if (translated.Preview is { } preview && preview.Image.Length > policy.PreviewMaxBytes)
            return;
        lock (_gate)
        {
            var type = translated.Event.Type;
            if (GenerationEventTypes.IsProgress(type) && _waiting.RemoveAll(w => w.Translated.Event.Type == type) > 0)
                metrics.Superseded(type);
            _waiting.Add(new Waiting(translated, receivedAt));
            Signal();
        }
    }

    /// <summary>Completes when the broker has confirmed everything that was added; progress does not dawdle any more.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && !_publishing)
                return Task.CompletedTask;
            _drained ??= NewSignal();
            Signal();
            return _drained.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives the terminal event its number. After <see cref="DrainAsync"/> only.</summary>
    public T Number<T>(T message)
        where T : GenerationEvent => message with { Sequence = GenerationSequence.Of(attempt, ++_number) };

    /// <summary>Publishes a numbered event until it is confirmed.</summary>
    public async Task PublishAsync(GenerationEvent message, PreviewImage? preview, DateTimeOffset? receivedAt, CancellationToken cancellationToken)
    {
        var headers = receivedAt is { } at ? context with { ReceivedAt = at.ToUnixTimeMilliseconds() * 1000 + at.Microsecond } : context;
        for (var tries = 1; ; tries++)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(ConfirmTimeout);
            try
            {
                if (preview is not null)
                    await publisher.PublishAsync(preview.Of(message), headers, deadline.Token);
                await publisher.PublishAsync(message, headers, deadline.Token);
                metrics.Published(message.Type, clock.GetUtcNow() - receivedAt);
                if (tries > 1)
                    LogConfirmed(message.Type, generationId);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (tries == 1)
                    LogUnconfirmed(message.Type, generationId, e.Message);
                await Task.Delay(Retry.DelayAfter(tries), clock, cancellationToken);
            }
        }
    }

    /// <summary>Publishes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var next = await TakeAsync(cancellationToken);
                var message = Number(next.Translated.Event);
                message = message switch
                {
                    GenerationPreviewed p => p with { Data = p.Data with { PreviewUrl = _previewUrl = policy.PreviewUrl(generationId, p.Sequence) } },
                    GenerationProgressed p => p with { Data = p.Data with { PreviewUrl = _previewUrl } },
                    _ => message,
                };
                var preview = next.Translated.Preview is { } frame ? new PreviewImage(frame.ContentType, frame.Image) : null;
                await PublishAsync(message, preview, next.ReceivedAt, cancellationToken);
                Published();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogClosed(generationId, attempt);
        }
    }

    private async Task<Waiting> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            TimeSpan wait;
            lock (_gate)
            {
                if (Next(out wait) is { } next)
                {
                    _waiting.Remove(next);
                    _publishing = true;
                    return next;
                }

                if (_changed.Task.IsCompleted)
                    _changed = NewSignal();
                changed = _changed.Task;
            }

            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(wait, clock, timer.Token));
            await timer.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // State events are never kept waiting, and neither is the progress before them; otherwise whatever is due first goes. Each progress event
    // uses up its share of a second, some of them in advance: while few come none waits, and then nothing is merged but what comes during a publish.
    private Waiting? Next(out TimeSpan wait)
    {
        wait = Timeout.InfiniteTimeSpan;
        if (_waiting.Count == 0)
            return null;
        var now = clock.GetUtcNow();
        if (_drained is not null || _waiting.Exists(w => !w.IsProgress))
            return Leave(_waiting[0], now);
        foreach (var waiting in _waiting)
        {
            var due = _paidUntil - policy.ProgressBurst;
            if (waiting.IsPreview && _lastPreview + policy.PreviewSpacing > due)
                due = _lastPreview + policy.PreviewSpacing;
            if (due <= now)
                return Leave(waiting, now);
            if (wait == Timeout.InfiniteTimeSpan || due - now < wait)
                wait = due - now;
        }

        return null;
    }

    private Waiting Leave(Waiting waiting, DateTimeOffset now)
    {
        if (waiting.IsProgress)
            _paidUntil = (_paidUntil > now ? _paidUntil : now) + policy.ProgressSpacing;
        if (waiting.IsPreview)
            _lastPreview = now;
        return waiting;
    }

    private void Published()
    {
        lock (_gate)
        {
            _publishing = false;
            if (_waiting.Count == 0)
            {
                _drained?.TrySetResult();
                _drained = null;
            }
        }
    }

    private void Signal() => _changed.TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Waiting(TranslatedEvent Translated, DateTimeOffset? ReceivedAt)
    {
        public bool IsProgress => GenerationEventTypes.IsProgress(Translated.Event.Type);

        public bool IsPreview => Translated.Preview is not null;
    }

    [LoggerMessage(LogLevel.Warning, "{Type} of {GenerationId} was not confirmed, trying until it is: {Reason}")]
    private partial void LogUnconfirmed(string type, Guid generationId, string reason);

    [LoggerMessage(LogLevel.Information, "{Type} of {GenerationId} is confirmed now")]
    private partial void LogConfirmed(string type, Guid generationId);

    [LoggerMessage(LogLevel.Debug, "Publishing for {GenerationId}, attempt {Attempt}, is over")]
    private partial void LogClosed(Guid generationId, int attempt);
}

/// <summary>The picture of a preview event.</summary>
internal sealed record PreviewImage(string ContentType, byte[] Bytes)
{
    public GenerationPreviewBytes Of(GenerationEvent message) => new()
    {
        GenerationId = message.GenerationId,
        Sequence = message.Sequence,
        ContentType = ContentType,
        Bytes = Bytes,
    };
}
