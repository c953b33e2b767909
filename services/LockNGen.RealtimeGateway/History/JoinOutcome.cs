namespace LockNGen.RealtimeGateway.History;

/// <summary>The result of joining.</summary>
internal enum JoinOutcome
{
    Joined,

    /// <summary>It joins when the requested snapshot arrives.</summary>
    Waiting,

    /// <summary>The same, and the caller must request the snapshot.</summary>
    AskForSnapshot,

    /// <summary>The log was discarded in the meantime: use a new one.</summary>
    Dropped,
}
