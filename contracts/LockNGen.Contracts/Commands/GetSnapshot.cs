namespace LockNGen.Contracts;

/// <summary>
/// Gateway to GenerationApi (request): what is known about a generation that is in neither ring nor stream? Answered by <see cref="SnapshotAnswer"/>.
/// </summary>
public sealed record GetSnapshot
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }
}

/// <summary>GenerationApi to gateway: the answer to <see cref="GetSnapshot"/>.</summary>
public sealed record SnapshotAnswer
{
    /// <summary>The state from the API's database; null if it does not know the id.</summary>
    public GenerationSnapshot? Snapshot { get; init; }

    /// <summary>Seconds since it was submitted: a new generation's events may still be on their way.</summary>
    public double? AgeSeconds { get; init; }

    /// <summary>The owner of the generation, if it has one.</summary>
    public string? Owner { get; init; }
}
