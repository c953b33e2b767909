namespace LockNGen.FaultTests.Readers;

/// <summary>One thing that happened to a reader.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Sequence">The event's or snapshot's number; the cursor of a connection, -1 for none.</param>
/// <param name="Text">The event's type, the gap's reason, the snapshot's status, the gateway of a connection.</param>
internal readonly record struct Step(DateTimeOffset At, StepKind Kind, long Sequence, string Text);

/// <summary>What can happen to a reader.</summary>
internal enum StepKind
{
    Connected,
    Event,
    Gap,
    Snapshot,
    Dropped,
}
