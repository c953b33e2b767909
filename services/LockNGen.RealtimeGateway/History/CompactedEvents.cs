using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// What remains of the events evicted from the ring: the newest of each kind of progress, and all state events. They reduce to the same state
/// as all events (each kind always sets the same properties), and none of them had to be parsed.
/// </summary>
internal sealed class CompactedEvents
{
    private readonly List<ServerMessage> _kept = [];

    public IReadOnlyList<ServerMessage> Kept => _kept;

    /// <summary>Adds the next event; returns the one it supersedes, if any.</summary>
    public ServerMessage? Add(ServerMessage message)
    {
        ServerMessage? superseded = null;
        if (message.Kind.IsProgress(message.Sequence))
        {
            var older = IndexOf(message.Kind);
            if (older >= 0)
            {
                superseded = _kept[older];
                _kept.RemoveAt(older);
            }
        }

        _kept.Add(message);
        return superseded;
    }

    public void Clear() => _kept.Clear();

    /// <summary>Not <see cref="List{T}.FindIndex(Predicate{T})"/>: its closure would be allocated for every event.</summary>
    private int IndexOf(EventKind kind)
    {
        for (var i = 0; i < _kept.Count; i++)
        {
            if (_kept[i].Kind == kind)
                return i;
        }

        return -1;
    }
}
