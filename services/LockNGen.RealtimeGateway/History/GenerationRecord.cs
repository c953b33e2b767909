using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// What this replica knows about one generation: its newest events, the state that they and the database add up to, and so what a subscriber
/// with a cursor has missed. Used under the lock of the generation.
/// </summary>
internal sealed class GenerationRecord(Guid generationId, GenerationLogs logs)
{
    private readonly EventWindow _window = new(logs.Options.Events);
    private GenerationSnapshot? _seed;
    private ServerMessage? _snapshot;

    public EventOrder Order { get; } = new(logs);

    /// <summary>Whether its beginning is known, or the database was asked for it.</summary>
    public bool IsComplete { get; set; }

    /// <summary>The trace that its events belong to, once an event has named it.</summary>
    public string? TraceParent { get; private set; }

    /// <summary>Size of the kept events, in bytes.</summary>
    public long Cost => _window.Cost;

    /// <summary>
    /// Whether a state event is missing before this event. Before the first event known here, something is missing only if the record was taken to be complete.
    /// </summary>
    public bool IsHoleBefore(ServerMessage message) => Order.Last == 0 ? IsComplete && message.StateSequence > 0 : Order.IsHoleBefore(message);

    /// <summary>Prepares for the first event.</summary>
    /// <returns>Whether it is the first of the generation, too.</returns>
    public bool BeginWith(ServerMessage first)
    {
        // Attempt 0 begins with a generation; a prompt of someone else's ComfyUI client begins with attempt 1.
        var isBeginning = first.Sequence == 1 || (first.Sequence == GenerationSequence.Of(1, 1) && first.StateSequence == 0 && !first.EndsGeneration);
        _window.BeginAfter(isBeginning ? 0 : first.StateSequence > 0 ? first.StateSequence : first.Sequence - 1);
        return isBeginning;
    }

    /// <summary>Makes an event the newest one.</summary>
    public void Keep(ServerMessage message)
    {
        Order.Advance(message);
        TraceParent ??= message.Trace?.TraceParent;
        _snapshot = null;
        _window.Append(message);
    }

    /// <summary>Adds what the database knows.</summary>
    /// <param name="snapshot">Its answer.</param>
    /// <param name="ageSeconds">How old the generation is.</param>
    /// <returns>Whether the database is ahead of the broker: its answer already includes events that are still on their way.</returns>
    public bool Seed(GenerationSnapshot snapshot, double? ageSeconds)
    {
        _seed = snapshot;
        _snapshot = null;
        if (snapshot.Sequence <= Order.Last || (Order.Last == 0 && logs.HasHeardFor(ageSeconds)))
            return false;
        _window.ReplaceBy(snapshot.Sequence);
        Order.JumpTo(snapshot);
        return true;
    }

    /// <summary>The database does not know it: unless an event arrives, there is no such generation.</summary>
    public void SeedNothing()
    {
        if (Order.Last == 0)
            _window.GapReason = GapReason.Unknown;
    }

    /// <summary>What a subscriber has missed since its cursor; the state, if it has none.</summary>
    public IEnumerable<ServerMessage> MissedSince(long? after, bool withProgress)
    {
        if (after is not { } cursor)
            return [Snapshot()];
        // Accepted, and its first event is still on its way here.
        if (Order.Last == 0 && _window.GapReason != GapReason.Unknown && (cursor == 0 || SeedSequence > 0))
            return [];
        var isCovered = Order.Last > 0 && _window.Covers(cursor, withProgress);
        logs.Resumed(generationId, cursor, isCovered);
        if (isCovered)
            return _window.After(cursor);
        // "From the beginning" of a generation unknown to everyone (so far) misses nothing.
        return Order.Last > 0 || cursor > 0 ? [GatewayFrames.Gap(generationId, _window.GapReason), Snapshot()] : [Snapshot()];
    }

    /// <summary>The sequence up to which a subscriber with this cursor has seen, or was just sent, more than has arrived here; otherwise null.</summary>
    public long? AheadWith(long? after)
    {
        if (after > Order.Last && (Order.Last > 0 || SeedSequence > 0))
            return after;
        return after is null && SeedSequence > Order.Last ? SeedSequence : null;
    }

    /// <summary>Something is missing before this event: no one can resume from before it any more.</summary>
    public void RestartBefore(long sequence) => _window.RestartBefore(sequence);

    /// <summary>Drops events but keeps the state, to save memory.</summary>
    public void Shrink() => _window.Shrink(Order.Last);

    /// <summary>The reduction of everything known.</summary>
    public ServerMessage Snapshot() => _snapshot ??= ServerMessage.Snapshot(Reduce());

    public GenerationSnapshot Reduce() =>
        _window.Compacted().Aggregate(_seed ?? GenerationReducer.Empty(generationId, logs.Clock.GetUtcNow()), logs.Reduce);

    /// <summary>The last sequence in the database, for a generation so young that all its events are still on their way here; otherwise 0.</summary>
    private long SeedSequence => Order.Last == 0 ? _seed?.Sequence ?? 0 : 0;
}
