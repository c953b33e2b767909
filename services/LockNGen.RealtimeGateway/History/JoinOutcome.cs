namespace LockNGen.RealtimeGateway.History;

/// <summary>What became of a subscriber.</summary>
internal enum JoinOutcome
{
    Joined,

    /// <summary>It joins when the snapshot that someone has asked for arrives.</summary>
    Waiting,

    /// <summary>The same, and the caller is to ask.</summary>
    AskForSnapshot,

    /// <summary>The log was forgotten meanwhile: take a new one.</summary>
    Dropped,
}
