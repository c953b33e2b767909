using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// How far the events of one generation have arrived here, and whether one is missing before the next. Changed under the lock of the generation.
/// </summary>
internal sealed class EventOrder(GenerationLogs logs)
{
    /// <summary>The newest state event known here.</summary>
    private long _lastState;

    /// <summary>Where a new attempt began: nothing was delivered between these two.</summary>
    private (long Last, long Next) _overtaken;

    /// <summary>The newest event; 0 before the first.</summary>
    public long Last { get; private set; }

    /// <summary>When it arrived (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long LastActivity { get; private set; } = logs.Clock.GetTimestamp();

    public bool HasEnded { get; private set; }

    /// <summary>Whether an event comes too late: it is old, or follows the end.</summary>
    public bool IsPast(ServerMessage message) => message.Sequence <= Last || HasEnded;

    /// <summary>
    /// Whether a state event is missing between the newest event and this one. Missing progress does not count: newer progress supersedes it. If a watcher's
    /// attempt is followed by another, the first event of the latter does not name its predecessor, since no one knows how far that watcher got: it is taken
    /// to follow directly only while nothing at all is missing. Older publishers never name it, and their events are counted.
    /// </summary>
    public bool IsHoleBefore(ServerMessage message)
    {
        if (message.StateSequence > 0)
            return message.StateSequence > _lastState;
        return GenerationSequence.Attempt(message.Sequence) == GenerationSequence.Attempt(Last)
            ? message.Sequence != Last + 1
            : GenerationSequence.Number(message.Sequence) != 1 || !logs.AreWholeSince(LastActivity);
    }

    /// <summary>
    /// Whether this late event is lost for its readers: a state event that was overtaken by the next attempt's publisher. Others are duplicates, follow
    /// the end, or are progress older than the newest state event.
    /// </summary>
    public bool WasOvertaken(ServerMessage message) =>
        !HasEnded && message.Kind.IsState() && message.Sequence > _overtaken.Last && message.Sequence < _overtaken.Next;

    /// <summary>Remembers what the first event of a new attempt may have overtaken; called before <see cref="Advance"/>.</summary>
    public void NoteOvertaking(ServerMessage message)
    {
        if (GenerationSequence.Attempt(Last) > 0 && GenerationSequence.Number(message.Sequence) == 1)
            _overtaken = (Last, message.Sequence);
    }

    /// <summary>The loss has been announced: it need not be announced for another event.</summary>
    public void ForgetOvertaking() => _overtaken = default;

    /// <summary>Makes an event the newest one.</summary>
    public void Advance(ServerMessage message)
    {
        Last = message.Sequence;
        _lastState = message.Kind.IsState() ? message.Sequence : Math.Max(_lastState, message.StateSequence);
        LastActivity = logs.Clock.GetTimestamp();
        HasEnded = message.EndsGeneration;
    }

    /// <summary>Continues from a state known from elsewhere.</summary>
    public void JumpTo(GenerationSnapshot snapshot)
    {
        Last = _lastState = snapshot.Sequence;
        HasEnded = snapshot.Data.Status.IsTerminal();
    }
}
