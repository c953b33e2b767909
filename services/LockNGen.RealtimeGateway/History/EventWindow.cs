using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// The events kept of one generation: the newest as received, and of the earlier ones what their reduction needs. Used under the lock of
/// the generation.
/// </summary>
internal sealed class EventWindow(int capacity)
{
    private readonly EventRing _ring = new(capacity);
    private readonly CompactedEvents _evicted = new();

    /// <summary>From here on every event is in the ring.</summary>
    private long _completeAfter;

    /// <summary>From here on every state event is in the ring or among those evicted from it.</summary>
    private long _stateCompleteAfter;

    /// <summary>Size of everything kept, in bytes.</summary>
    public long Cost { get; private set; }

    /// <summary>Why cursors from before the window cannot be served.</summary>
    public GapReason GapReason { get; set; } = GapReason.Expired;

    /// <summary>Nothing is missing from here on.</summary>
    public void BeginAfter(long sequence) => _completeAfter = _stateCompleteAfter = sequence;

    public void Append(ServerMessage message)
    {
        Cost += message.Cost;
        if (_ring.Append(message) is not { } evicted)
            return;
        Evict(evicted);
        _completeAfter = evicted.Sequence;
        GapReason = GapReason.WindowExceeded;
    }

    /// <summary>Whether it has everything after a cursor, for a subscriber with or without progress.</summary>
    public bool Covers(long cursor, bool withProgress) => cursor >= (withProgress ? _completeAfter : _stateCompleteAfter);

    /// <summary>The events after a cursor that it covers, oldest first.</summary>
    public IEnumerable<ServerMessage> After(long cursor)
    {
        if (cursor < _completeAfter)
        {
            foreach (var message in _evicted.Kept.Where(m => m.Sequence > cursor))
                yield return message;
        }

        for (var i = _ring.IndexAfter(cursor); i < _ring.Count; i++)
            yield return _ring[i];
    }

    /// <summary>The few events that reduce to the same state as all of them: there is less to parse, however full the ring is.</summary>
    public IReadOnlyList<ServerMessage> Compacted()
    {
        var events = new CompactedEvents();
        foreach (var message in _evicted.Kept)
            events.Add(message);
        for (var i = 0; i < _ring.Count; i++)
            events.Add(_ring[i]);
        return events.Kept;
    }

    /// <summary>Something is missing before this event: no one can resume from before it any more.</summary>
    public void RestartBefore(long sequence)
    {
        EvictAll();
        BeginAfter(sequence - 1);
        GapReason = GapReason.Lost;
    }

    /// <summary>Drops events but keeps the state they reduce to, to save memory.</summary>
    public void Shrink(long lastSequence)
    {
        EvictAll();
        _completeAfter = lastSequence;
        GapReason = GapReason.WindowExceeded;
    }

    /// <summary>Drops everything up to a state known from elsewhere.</summary>
    public void ReplaceBy(long sequence)
    {
        _ring.Clear();
        _evicted.Clear();
        Cost = 0;
        BeginAfter(sequence);
    }

    private void EvictAll()
    {
        for (var i = 0; i < _ring.Count; i++)
            Evict(_ring[i]);
        _ring.Clear();
    }

    private void Evict(ServerMessage message) => Cost -= _evicted.Add(message)?.Cost ?? 0;
}
