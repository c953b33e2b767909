using LockNGen.Contracts;

namespace LockNGen.GenerationApi.Blocking;

/// <summary>The answer of POST /generate.</summary>
/// <param name="Id">The generation.</param>
/// <param name="Status">completed.</param>
/// <param name="Seed">Of the first image.</param>
/// <param name="Seconds">From start to end.</param>
/// <param name="Images">The results.</param>
public sealed record BlockingAnswer(Guid Id, string Status, ulong? Seed, double Seconds, IReadOnlyList<BlockingImage> Images)
{
    /// <summary>What people should know although it is no failure.</summary>
    public IReadOnlyList<GenerationWarning> Warnings { get; init; } = [];
}

/// <summary>A result; see <see cref="GenerationImage"/> for what its properties mean.</summary>
public sealed record BlockingImage
{
    public required int Index { get; init; }
    public required string ContentType { get; init; }
    public required int Width { get; init; }
    public required int Height { get; init; }
    public ulong? Seed { get; init; }
    public string? SeedText { get; init; }
    public string? Kind { get; init; }
    public string? NodeId { get; init; }
    public string? NodeTitle { get; init; }
    public string? OutputKey { get; init; }
    public string? Filename { get; init; }
    public string? Subfolder { get; init; }
    public string? Source { get; init; }
    public long? Bytes { get; init; }
    public double? DurationSeconds { get; init; }
    public string? Hash { get; init; }
    public string? Text { get; init; }

    /// <summary>Its bytes.</summary>
    public required byte[] Base64 { get; init; }

    internal static BlockingImage Of(GenerationImage image, byte[] bytes) => new()
    {
        Index = image.Index,
        ContentType = image.ContentType,
        Width = image.Width,
        Height = image.Height,
        Seed = image.Seed,
        SeedText = image.SeedText,
        Kind = image.Kind,
        NodeId = image.NodeId,
        NodeTitle = image.NodeTitle,
        OutputKey = image.OutputKey,
        Filename = image.Filename,
        Subfolder = image.Subfolder,
        Source = image.Source,
        Bytes = image.Bytes,
        DurationSeconds = image.DurationSeconds,
        Hash = image.Hash,
        Text = image.Text,
        Base64 = bytes,
    };
}
