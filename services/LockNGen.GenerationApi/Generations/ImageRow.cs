using System.Globalization;
using LockNGen.Contracts;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Generations;

/// <summary>A stored file of a generation.</summary>
internal sealed record ImageRow
{
    public Guid GenerationId { get; init; }
    public int ImageIndex { get; init; }
    public int File { get; init; }
    public int Files { get; init; }
    public int Number { get; init; }
    public required string ContentType { get; init; }
    public int Width { get; init; }
    public int Height { get; init; }
    public ulong? Seed { get; init; }
    public long Size { get; init; }
    public required string Hash { get; init; }
    public required string StoredAs { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public string? Kind { get; init; }
    public string? NodeId { get; init; }
    public string? NodeTitle { get; init; }
    public string? OutputKey { get; init; }
    public string? Filename { get; init; }
    public string? Subfolder { get; init; }
    public string? Source { get; init; }
    public double? DurationSeconds { get; init; }
    public string? Text { get; init; }

    /// <summary>The files of a generation, by number.</summary>
    public static Task<IReadOnlyList<ImageRow>> OfAsync(DatabaseSession session, Guid generationId) =>
        session.QueryAsync<ImageRow>("SELECT * FROM images WHERE generation_id = @generationId ORDER BY number", new { generationId });

    /// <summary>The file as clients see it.</summary>
    public GenerationImage ToContract(Links links) => new()
    {
        Index = Number,
        Url = links.Image(GenerationId, Number),
        ContentType = ContentType,
        Width = Width,
        Height = Height,
        // The column is signed; seeds above its range are stored as negative numbers.
        Seed = (ulong?)Seed,
        SeedText = ((ulong?)Seed)?.ToString(CultureInfo.InvariantCulture),
        Kind = Kind,
        NodeId = NodeId,
        NodeTitle = NodeTitle,
        OutputKey = OutputKey,
        Filename = Filename,
        Subfolder = Subfolder,
        Source = Source,
        Bytes = Size,
        DurationSeconds = DurationSeconds,
        Hash = Hash,
        Text = Text,
    };
}
