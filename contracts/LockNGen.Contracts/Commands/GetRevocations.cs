namespace LockNGen.Contracts;

/// <summary>
/// Gateway, doors or notifier to GenerationApi (request, at the start and about every 30 seconds): the revocations that still matter, for
/// <see cref="TokenRevoked"/> tells only those who listen at that moment. Answered by <see cref="RevocationsAnswer"/>.
/// </summary>
public sealed record GetRevocations;

/// <summary>GenerationApi to whoever asked: the answer to <see cref="GetRevocations"/>.</summary>
public sealed record RevocationsAnswer
{
    /// <summary>All revocations of tokens that have not expired since.</summary>
    public required IReadOnlyList<TokenRevoked> Revocations { get; init => field = value ?? []; }
}
