namespace LockNGen.Contracts;

/// <summary>
/// Gateway, doors or notifier to GenerationApi (request, at the start and about every 30 seconds): the revocations that are still relevant, because
/// <see cref="TokenRevoked"/> reaches only services that are connected at that moment. Answered by <see cref="RevocationsAnswer"/>.
/// </summary>
public sealed record GetRevocations;

/// <summary>GenerationApi to the requesting service: the answer to <see cref="GetRevocations"/>.</summary>
public sealed record RevocationsAnswer
{
    /// <summary>All revocations of tokens that have not expired yet.</summary>
    public required IReadOnlyList<TokenRevoked> Revocations { get; init => field = value ?? []; }
}
