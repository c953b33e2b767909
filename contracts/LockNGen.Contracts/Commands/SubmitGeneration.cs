namespace LockNGen.Contracts;

/// <summary>
/// GenerationApi to the queue of the watcher that owns the instance: there is work for it. It does not contain the work; the watcher
/// answers with <see cref="ClaimGeneration"/>. It may arrive twice or be lost: the row in the API's database is the commitment, and a
/// generation that is not claimed within 5 seconds is dispatched again.
/// </summary>
public sealed record SubmitGeneration
{
    /// <summary>The generation to claim.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The instance it was dispatched to.</summary>
    public required string Instance { get; init; }
}
