using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// Subscribers that watch everything they may see, grouped by owner: an event costs nothing for watchers of other owners.
/// </summary>
internal sealed class AudienceOfAll
{
    private readonly Lock _gate = new();
    private readonly List<Subscriber> _everything = [];
    private readonly Dictionary<string, List<Subscriber>> _byOwner = [];
    private readonly List<Subscriber> _ownerless = [];
    private int _count;

    public void Add(Subscriber subscriber)
    {
        lock (_gate)
        {
            _count++;
            foreach (var list in ListsOf(subscriber))
                list.Add(subscriber);
        }
    }

    public void Remove(Subscriber subscriber)
    {
        lock (_gate)
        {
            var removed = false;
            foreach (var list in ListsOf(subscriber))
                removed |= list.Remove(subscriber);
            if (removed)
                _count--;
            if (subscriber.Caller.Owner is { } owner && _byOwner.TryGetValue(owner, out var own) && own.Count == 0)
                _byOwner.Remove(owner);
        }
    }

    /// <summary>Called under the lock of the log, so that a subscriber sees each generation in order.</summary>
    public void Offer(GenerationLog log, ServerMessage message)
    {
        if (Volatile.Read(ref _count) == 0)
            return;
        lock (_gate)
        {
            Offer(_everything, log, message);
            if (Others(log) is { } others)
                Offer(others, log, message);
        }
    }

    /// <summary>Whether anyone who watches all is offered the generation's events and takes progress.</summary>
    public bool WantsProgressOf(GenerationLog log)
    {
        if (Volatile.Read(ref _count) == 0)
            return false;
        lock (_gate)
            return _everything.Exists(s => s.WantsProgress) || Others(log)?.Exists(s => s.WantsProgress) == true;
    }

    private List<Subscriber>? Others(GenerationLog log) => log.Owner is null ? _ownerless : _byOwner.GetValueOrDefault(log.Owner);

    private static void Offer(List<Subscriber> subscribers, GenerationLog log, ServerMessage message)
    {
        foreach (var subscriber in subscribers)
        {
            if (!subscriber.Watches(log.GenerationId))
                subscriber.Offer(message);
        }
    }

    /// <summary>The same rule as <see cref="Web.Authentication.Caller.Lists"/>, in reverse.</summary>
    private IEnumerable<List<Subscriber>> ListsOf(Subscriber subscriber)
    {
        var caller = subscriber.Caller;
        if (caller.Owner is null || (caller.IsAuthenticated && caller.IsAdmin))
        {
            // A token without a subject sees nothing; only without authentication does "no one" mean everyone.
            if (caller.IsAdmin)
                yield return _everything;
            yield break;
        }

        if (!_byOwner.TryGetValue(caller.Owner, out var own))
            _byOwner[caller.Owner] = own = [];
        yield return own;
        if (!caller.IsAuthenticated)
            yield return _ownerless;
    }
}
