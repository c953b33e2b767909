using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>Events of one generation that are held back behind missing ones, while those are looked for. Used under the lock of the generation.</summary>
internal sealed class HoleBuffer
{
    /// <summary>With more than this the hole counts as lost.</summary>
    private const int Capacity = 1_000;

    private readonly SortedDictionary<long, ServerMessage> _events = [];

    public bool IsOverfull => _events.Count > Capacity;

    public void Add(ServerMessage message) => _events.TryAdd(message.Sequence, message);

    /// <summary>Those held and those found, in order.</summary>
    public IEnumerable<ServerMessage> With(IEnumerable<ServerMessage> found)
    {
        foreach (var message in found)
            Add(message);
        return _events.Values;
    }
}
