using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>What waits for one client, in order.</summary>
internal sealed class OutgoingQueue
{
    private List<ServerMessage> _messages = [];

    public int Count => _messages.Count;

    public long Bytes { get; private set; }

    public void Add(ServerMessage message)
    {
        _messages.Add(message);
        Bytes += message.Cost;
    }

    /// <summary>Hands everything over in exchange for an empty list, so that nothing is copied and nothing allocated.</summary>
    public void TakeAll(ref List<ServerMessage> empty)
    {
        (empty, _messages) = (_messages, empty);
        Bytes = 0;
    }

    public void Clear()
    {
        _messages.Clear();
        Bytes = 0;
    }

    /// <summary>Removes progress that a newer message of the same kind and generation supersedes; returns how many.</summary>
    public int Conflate()
    {
        var newer = new HashSet<(Guid, EventKind)>();
        var superseded = new HashSet<ServerMessage>(ReferenceEqualityComparer.Instance);
        for (var i = _messages.Count - 1; i >= 0; i--)
        {
            var message = _messages[i];
            if (message.Kind.IsProgress(message.Sequence) && !newer.Add((message.GenerationId, message.Kind)))
                superseded.Add(message);
        }

        return Remove(superseded.Contains);
    }

    /// <summary>Removes all previews; returns how many.</summary>
    public int DropPreviews() => Remove(m => m.Kind == EventKind.Preview);

    private int Remove(Predicate<ServerMessage> which)
    {
        var removed = _messages.RemoveAll(which);
        if (removed > 0)
            Bytes = _messages.Sum(m => (long)m.Cost);
        return removed;
    }
}
