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

    /// <summary>Returns whether older progress was superseded.</summary>
    public bool Add(PendingEvent added)
    {
        var supersedes = added.IsProgress && _waiting.RemoveAll(w => w.Topic == added.Topic) > 0;
        _waiting.Add(added);
        return supersedes;
    }

    /// <summary>Removes and returns the due events.</summary>
    /// <param name="now">The time.</param>
    /// <param name="atOnce">Whether everything is due.</param>
    /// <param name="wait">If nothing is due, how long until something is.</param>
    public PendingEvent? Take(DateTimeOffset now, bool atOnce, out TimeSpan wait)
    {
        var next = Next(now, atOnce, out wait);
        if (next is not null)
            _waiting.Remove(next);
        return next;
    }

    // State events never wait, and neither does the progress before them; otherwise the events leave in the order in which they are due. Each progress event
    // uses up its share of a second, some in advance: while there are few, none waits, and only those that arrive while too many are in flight are merged.
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

/// <summary>An event without its number, and when the ComfyUI frame that caused it was received; null if there was none.</summary>
internal sealed record PendingEvent(TranslatedEvent Translated, DateTimeOffset? ReceivedAt)
{
    public string Type => Translated.Event.Type;

    /// <summary>Which events supersede each other: those of custom nodes only within their own type.</summary>
    public string Topic => Translated.Event is GenerationCustom { Data.EventType: var custom } ? $"{Type}/{custom}" : Type;

    public bool IsProgress => GenerationEventTypes.IsProgress(Type);

    public bool IsPreview => Translated.Preview is not null;
}
