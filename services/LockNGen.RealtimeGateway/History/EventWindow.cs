using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// What is kept of one generation's events: the newest as they came, and of those before what their reduction needs. Used under the lock of
/// the generation.
/// </summary>
internal sealed class EventWindow(int capacity)
{
    private readonly EventRing _ring = new(capacity);
    private readonly CompactedEvents _evicted = new();

    /// <summary>From here on every event is in the ring.</summary>
    private long _completeAfter;

    /// <summary>From here on every state event is in the ring or among those that it let go of.</summary>
    private long _stateCompleteAfter;

    /// <summary>Bytes of all that is kept.</summary>
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

    /// <summary>Whether it has all that follows a cursor, for someone who takes progress or does not.</summary>
    public bool Covers(long cursor, bool withProgress) => cursor >= (withProgress ? _completeAfter : _stateCompleteAfter);

    /// <summary>What follows a cursor that it covers, oldest first.</summary>
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

    /// <summary>The few events whose reduction is that of all: there is less to parse, however full the ring is.</summary>
    public IReadOnlyList<ServerMessage> Compacted()
    {
        var events = new CompactedEvents();
        foreach (var message in _evicted.Kept)
            events.Add(message);
        for (var i = 0; i < _ring.Count; i++)
            events.Add(_ring[i]);
        return events.Kept;
    }

    /// <summary>Something is missing before this event: nobody can resume from before it any more.</summary>
    public void RestartBefore(long sequence)
    {
        EvictAll();
        BeginAfter(sequence - 1);
        GapReason = GapReason.Lost;
    }

    /// <summary>Lets go of events but not of what they amount to, to save memory.</summary>
    public void Shrink(long lastSequence)
    {
        EvictAll();
        _completeAfter = lastSequence;
        GapReason = GapReason.WindowExceeded;
    }

    /// <summary>Forgets everything up to a state that is known from elsewhere.</summary>
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
