using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>Events of one generation that are held back behind missing ones, while those are looked for. Used under the lock of the generation.</summary>
internal sealed class HoleBuffer
{
    /// <summary>Beyond this the missing events count as lost.</summary>
    private const int Capacity = 1_000;

    private readonly SortedDictionary<long, ServerMessage> _events = [];

    public bool IsOverfull => _events.Count > Capacity;

    public bool IsEmpty => _events.Count == 0;

    public void Add(ServerMessage message) => _events.TryAdd(message.Sequence, message);

    /// <summary>Removes the first event, if it may be delivered.</summary>
    public ServerMessage? TakeIf(Predicate<ServerMessage> mayGo)
    {
        if (_events.Count == 0 || _events.First().Value is var first && !mayGo(first))
            return null;
        _events.Remove(first.Sequence);
        return first;
    }

    /// <summary>The held events and the found ones, in order.</summary>
    public IEnumerable<ServerMessage> With(IEnumerable<ServerMessage> found)
    {
        foreach (var message in found)
            Add(message);
        return _events.Values;
    }
}
