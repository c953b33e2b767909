namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// Subscribers of one generation who have seen more of it, at another replica, than has arrived here: they join once the first event
/// arrives that they have not seen. Used under the lock of the generation.
/// </summary>
internal sealed class PendingResumes
{
    private List<(Subscriber Subscriber, long After)>? _waiting;

    public int Count => _waiting?.Count ?? 0;

    public void Add(Subscriber subscriber, long after) => (_waiting ??= []).Add((subscriber, after));

    public void RemoveAll(Predicate<Subscriber> match) => _waiting?.RemoveAll(w => match(w.Subscriber));

    /// <summary>Moves those for whom this event is new.</summary>
    public void Join(long sequence, List<Subscriber> subscribers)
    {
        if (_waiting is not { } waiting)
            return;
        foreach (var (subscriber, _) in waiting.Where(w => w.After < sequence))
            subscribers.Add(subscriber);
        waiting.RemoveAll(w => w.After < sequence);
        if (waiting.Count == 0)
            _waiting = null;
    }
}
