namespace LockNGen.Contracts;

/// <summary>
/// Watcher to GenerationApi (request): may I render this? Answered by <see cref="ClaimDecision"/>. Idempotent by
/// <see cref="ClaimId"/>: repeating a request whose answer was lost grants the same attempt again.
/// </summary>
public sealed record ClaimGeneration
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>Made by the watcher for each <see cref="SubmitGeneration"/> that it acts on.</summary>
    public required Guid ClaimId { get; init; }

    /// <summary>The watcher process; must hold the lease of the instance.</summary>
    public required string Watcher { get; init; }

    /// <summary>The instance; must be the one that the generation is dispatched to.</summary>
    public required string Instance { get; init; }
}
