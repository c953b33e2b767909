using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// Events of one generation that wait for their turn: progress is superseded by newer progress of its type, everything else stays in order.
/// What waits is bounded: one event of each progress type, and a generation's few state events.
/// </summary>
internal sealed class PendingEvents(PublishPolicy policy, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly List<PendingEvent> _waiting = [];
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource? _drained;
    private bool _taken;
    private bool _isEnding;
    private DateTimeOffset _paidUntil = clock.GetUtcNow();
    private DateTimeOffset _lastPreview;

    /// <summary>Never waits; returns whether older progress gave way.</summary>
    public bool Add(PendingEvent added)
    {
        lock (_gate)
        {
            var supersedes = added.IsProgress && _waiting.RemoveAll(w => w.Topic == added.Topic) > 0;
            _waiting.Add(added);
            _changed.TrySetResult();
            return supersedes;
        }
    }

    /// <summary>Completes when everything that was added is taken and done; progress does not dawdle any more, and silence means nothing.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isEnding = true;
            if (_waiting.Count == 0 && !_taken)
                return Task.CompletedTask;
            _drained ??= NewSignal();
            _changed.TrySetResult();
            return _drained.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Takes what is due, or waits until something is; null when nothing came for so long that what was told last should be told again.
    /// The next one only after <see cref="Done"/>.
    /// </summary>
    public async Task<PendingEvent?> TakeAsync(CancellationToken cancellationToken)
    {
        var silentUntil = clock.GetUtcNow() + policy.RepeatAfter;
        while (true)
        {
            Task changed;
            TimeSpan wait;
            lock (_gate)
            {
                if (Next(out wait) is { } next)
                {
                    _waiting.Remove(next);
                    _taken = true;
                    return next;
                }

                if (_waiting.Count == 0 && !_isEnding)
                {
                    wait = silentUntil - clock.GetUtcNow();
                    if (wait <= TimeSpan.Zero)
                    {
                        _taken = true;
                        return null;
                    }
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

    /// <summary>What was taken is published.</summary>
    public void Done()
    {
        lock (_gate)
        {
            _taken = false;
            if (_waiting.Count == 0)
            {
                _drained?.TrySetResult();
                _drained = null;
            }
        }
    }

    // State events are never kept waiting, and neither is the progress before them; otherwise whatever is due first goes. Each progress event
    // uses up its share of a second, some of them in advance: while few come none waits, and then nothing is merged but what comes during a publish.
    private PendingEvent? Next(out TimeSpan wait)
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

    private PendingEvent Leave(PendingEvent waiting, DateTimeOffset now)
    {
        if (waiting.IsProgress)
            _paidUntil = (_paidUntil > now ? _paidUntil : now) + policy.ProgressSpacing;
        if (waiting.IsPreview)
            _lastPreview = now;
        return waiting;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>An event without its number, and when ComfyUI's frame came that caused it; null when none did.</summary>
internal sealed record PendingEvent(TranslatedEvent Translated, DateTimeOffset? ReceivedAt)
{
    public string Type => Translated.Event.Type;

    /// <summary>What supersedes what: events of custom nodes only those of their own type.</summary>
    public string Topic => Translated.Event is GenerationCustom { Data.EventType: var custom } ? $"{Type}/{custom}" : Type;

    public bool IsProgress => GenerationEventTypes.IsProgress(Type);

    public bool IsPreview => Translated.Preview is not null;
}
