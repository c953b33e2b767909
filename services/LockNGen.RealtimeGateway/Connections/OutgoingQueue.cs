using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>The messages waiting for one client, in order. There is nearly always one or none, which needs no list.</summary>
internal sealed class OutgoingQueue
{
    /// <summary>Longer lists are not kept for reuse: a client may have been slow only once.</summary>
    private const int UsualLength = 64;

    private ServerMessage? _first;
    private List<ServerMessage>? _rest;

    public int Count => _first is null ? 0 : 1 + (_rest?.Count ?? 0);

    public long Bytes { get; private set; }

    public void Add(ServerMessage message)
    {
        if (_first is null)
            _first = message;
        else
            (_rest ??= []).Add(message);
        Bytes += message.Cost;
    }

    /// <summary>Removes and returns everything.</summary>
    public void MoveTo(List<ServerMessage> messages)
    {
        if (_first is not null)
            messages.Add(_first);
        if (_rest is not null)
            messages.AddRange(_rest);
        Clear();
    }

    public void Clear()
    {
        _first = null;
        if (_rest?.Capacity > UsualLength)
            _rest = null;
        _rest?.Clear();
        Bytes = 0;
    }

    /// <summary>Removes progress that a newer message of the same kind and generation supersedes; returns how many.</summary>
    public int Conflate()
    {
        var newer = new HashSet<(Guid, EventKind)>();
        return Keep(m => !m.Kind.IsProgress(m.Sequence) || newer.Add((m.GenerationId, m.Kind)));
    }

    /// <summary>Removes all previews; returns how many.</summary>
    public int DropPreviews() => Keep(m => m.Kind != EventKind.Preview);

    /// <summary>Keeps the messages that match, asking from the newest to the oldest; returns how many were removed.</summary>
    private int Keep(Predicate<ServerMessage> isWanted)
    {
        var before = Count;
        var messages = new List<ServerMessage>(before);
        MoveTo(messages);
        messages.Reverse();
        messages.RemoveAll(m => !isWanted(m));
        messages.Reverse();
        foreach (var message in messages)
            Add(message);
        return before - Count;
    }
}
