namespace LockNGen.RealtimeGateway.History;

/// <summary>What became of an event.</summary>
internal enum AppendOutcome
{
    Delivered,

    /// <summary>Seen before, or after the end.</summary>
    Duplicate,

    /// <summary>Held back: something before it is missing, and should be looked for in the stream.</summary>
    Hole,

    /// <summary>Held back behind a hole that is already being looked for.</summary>
    Held,

    /// <summary>The hole was given up.</summary>
    Lost,

    /// <summary>The log was discarded in the meantime: use a new one.</summary>
    Dropped,
}
