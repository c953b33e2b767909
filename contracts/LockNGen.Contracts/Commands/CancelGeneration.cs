namespace LockNGen.Contracts;

/// <summary>
/// GenerationApi to the queue of the watcher that holds the generation: stop it. The terminal event that follows ends the
/// generation, not this command, which is repeated until then.
/// </summary>
public sealed record CancelGeneration
{
    /// <summary>The generation to stop.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The instance that renders it.</summary>
    public required string Instance { get; init; }

    /// <summary>Becomes the reason of the <see cref="GenerationCancelled"/> event.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// When set, the generation ends as failed with this error instead of cancelled (its deadline passed).
    /// </summary>
    public GenerationError? Error { get; init; }
}
