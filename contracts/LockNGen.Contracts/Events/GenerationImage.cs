namespace LockNGen.Contracts;

/// <summary>A finished file of a generation.</summary>
public sealed record GenerationImage
{
    /// <summary>Counts the files of the generation from 1; the same file keeps its index across attempts.</summary>
    public required int Index { get; init; }

    /// <summary>Where its bytes are: <c>/api/generations/{id}/images/{index}</c>; absolute when <c>PublicUrl</c> is set.</summary>
    public required string Url { get; init; }

    /// <summary>The media type, for example <c>image/png</c> or <c>video/mp4</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>Width in pixels; 0 where the format does not tell (audio, some videos).</summary>
    public int Width { get; init; }

    /// <summary>Height in pixels; 0 where the format does not tell.</summary>
    public int Height { get; init; }

    /// <summary>The seed of the prompt that made it, if the workflow has one.</summary>
    public long? Seed { get; init; }
}
