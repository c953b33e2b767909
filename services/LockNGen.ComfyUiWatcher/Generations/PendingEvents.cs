using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// Events of one generation that wait for their turn: progress is superseded by newer progress of its type, everything else stays in order.
/// What waits is bounded: one event of each progress type, and a generation's few state events. For one caller at a time.
/// </summary>
internal sealed class PendingEvents(PublishPolicy policy, TimeProvider clock)
{
    private readonly List<PendingEvent> _waiting = [];
    private DateTimeOffset _paidUntil = clock.GetUtcNow();
    private DateTimeOffset _lastPreview;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Returns whether older progress gave way.</summary>
    public bool Add(PendingEvent added)
    {
        var supersedes = added.IsProgress && _waiting.RemoveAll(w => w.Topic == added.Topic) > 0;
        _waiting.Add(added);
        return supersedes;
    }

    /// <summary>Takes what is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="atOnce">Whether everything is.</param>
    /// <param name="wait">If nothing is, until something will be.</param>
    public PendingEvent? Take(DateTimeOffset now, bool atOnce, out TimeSpan wait)
    {
        var next = Next(now, atOnce, out wait);
        if (next is not null)
            _waiting.Remove(next);
        return next;
    }

    // State events are never kept waiting, and neither is the progress before them; otherwise whatever is due first goes. Each progress event
    // uses up its share of a second, some of them in advance: while few come none waits, and then nothing is merged but what comes while too many are on their way.
    private PendingEvent? Next(DateTimeOffset now, bool atOnce, out TimeSpan wait)
    {
        wait = Timeout.InfiniteTimeSpan;
        if (_waiting.Count == 0)
            return null;
        if (atOnce || _waiting.Exists(w => !w.IsProgress))
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
