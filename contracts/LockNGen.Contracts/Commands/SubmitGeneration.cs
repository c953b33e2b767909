namespace LockNGen.Contracts;

/// <summary>
/// GenerationApi to the queue of the watcher that owns the instance: there is work for it. Carries no work itself; the watcher
/// answers by <see cref="ClaimGeneration"/>. May arrive twice or be lost: the row in the API's database is the commitment, and what
/// is not claimed within 5 seconds is dispatched again.
/// </summary>
public sealed record SubmitGeneration
{
    /// <summary>The generation to claim.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The instance it was dispatched to.</summary>
    public required string Instance { get; init; }
}
