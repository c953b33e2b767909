using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// The subscribers of one generation. Some wait until it is known what they missed. Some have seen more of it, at another replica, than has arrived here:
/// they are offered events from the first that is new to them. Used under the lock of the generation.
/// </summary>
internal sealed class SubscriberSet
{
    private readonly List<Subscriber> _subscribers = [];
    private List<(Subscriber Subscriber, long After)>? _ahead;
    private List<(Subscriber Subscriber, long? After)>? _waiting;

    /// <summary>Whether no one is offered events, or will be once those that they have seen have arrived.</summary>
    public bool IsEmpty => _subscribers.Count == 0 && _ahead is not { Count: > 0 };

    /// <summary>Whether someone began to wait, even if they have left since.</summary>
    public bool IsAwaited => _waiting is not null;

    /// <summary>Whether one of them takes progress.</summary>
    public bool WantProgress =>
        _subscribers.Exists(s => s.WantsProgress)
        || _ahead?.Exists(a => a.Subscriber.WantsProgress) == true
        || _waiting?.Exists(w => w.Subscriber.WantsProgress) == true;

    public void Add(Subscriber subscriber) => _subscribers.Add(subscriber);

    /// <summary>Adds one that has seen everything up to a sequence that has not arrived here.</summary>
    public void AddAhead(Subscriber subscriber, long after) => (_ahead ??= []).Add((subscriber, after));

    /// <summary>Adds one that is offered nothing until <see cref="TakeWaiting"/>.</summary>
    /// <returns>Whether it is the first one.</returns>
    public bool AddWaiting(Subscriber subscriber, long? after)
    {
        var isFirst = _waiting is null;
        (_waiting ??= []).Add((subscriber, after));
        return isFirst;
    }

    /// <summary>Removes those who waited, with their cursors.</summary>
    public IReadOnlyList<(Subscriber Subscriber, long? After)> TakeWaiting()
    {
        var waiting = _waiting;
        _waiting = null;
        return waiting ?? [];
    }

    public void Remove(Subscriber subscriber)
    {
        var index = _subscribers.IndexOf(subscriber);
        if (index >= 0)
        {
            _subscribers[index] = _subscribers[^1];
            _subscribers.RemoveAt(_subscribers.Count - 1);
        }

        _ahead?.RemoveAll(a => a.Subscriber == subscriber);
        _waiting?.RemoveAll(w => w.Subscriber == subscriber);
    }

    /// <summary>Removes subscribers, except those who wait.</summary>
    public void RemoveAll(Predicate<Subscriber> match)
    {
        _subscribers.RemoveAll(match);
        _ahead?.RemoveAll(a => match(a.Subscriber));
    }

    /// <summary>Offers a message to all subscribers that are not ahead.</summary>
    public void Offer(ServerMessage message)
    {
        foreach (var subscriber in _subscribers)
            subscriber.Offer(message);
    }

    /// <summary>This event has arrived: subscribers to whom it is new are no longer ahead.</summary>
    public void Reach(long sequence)
    {
        if (_ahead is not null)
            Reach(_ahead, sequence);
    }

    // A separate method, because its closure would be allocated for every event.
    private void Reach(List<(Subscriber Subscriber, long After)> ahead, long sequence)
    {
        _subscribers.AddRange(ahead.Where(a => a.After < sequence).Select(a => a.Subscriber));
        ahead.RemoveAll(a => a.After < sequence);
        if (ahead.Count == 0)
            _ahead = null;
    }
}
