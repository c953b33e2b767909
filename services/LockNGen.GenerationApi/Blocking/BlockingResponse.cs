using LockNGen.Contracts;

namespace LockNGen.GenerationApi.Blocking;

/// <summary>The answer of POST /generate, as <see cref="BlockingResult"/> writes it.</summary>
/// <param name="Id">The generation.</param>
/// <param name="Status">completed.</param>
/// <param name="Seed">The seed of the first image.</param>
/// <param name="Seconds">From start to end.</param>
/// <param name="Images">The results, with their bytes.</param>
public sealed record BlockingResponse(Guid Id, string Status, ulong? Seed, double Seconds, IReadOnlyList<BlockingImage> Images)
{
    /// <summary>Warnings: not failures, but worth knowing.</summary>
    public IReadOnlyList<GenerationWarning> Warnings { get; init => field = value ?? []; } = [];
}

/// <summary>A result with its bytes.</summary>
public sealed record BlockingImage : GenerationImage
{
    /// <summary>Its bytes.</summary>
    public required byte[] Base64 { get; init; }
}
