using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// What is left of the events that the ring had to let go: of each kind of progress the newest, and all state. Their reduction is that
/// of all of them (each kind sets the same properties whenever it occurs), and none of them had to be parsed.
/// </summary>
internal sealed class CompactedEvents
{
    private readonly List<ServerMessage> _kept = [];

    public IReadOnlyList<ServerMessage> Kept => _kept;

    /// <summary>Adds the next event; returns the one that it supersedes, if there is one.</summary>
    public ServerMessage? Add(ServerMessage message)
    {
        ServerMessage? superseded = null;
        if (message.Kind.IsProgress(message.Sequence))
        {
            var older = _kept.FindIndex(m => m.Kind == message.Kind);
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
}
