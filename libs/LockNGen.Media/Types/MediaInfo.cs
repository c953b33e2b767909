namespace LockNGen.Media.Types;

/// <summary>What a file's bytes reveal about it.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Width">In pixels; 0 if the format does not say, or not within the bytes read.</param>
/// <param name="Height">In pixels; 0 as with the width.</param>
/// <param name="DurationSeconds">The duration; null where the width would be 0.</param>
public sealed record MediaInfo(MediaType Type, int Width = 0, int Height = 0, double? DurationSeconds = null)
{
    /// <summary>The media type, <c>application/octet-stream</c> if unknown.</summary>
    public string ContentType => Type.ContentType;

    /// <summary>The file name extension, with the dot.</summary>
    public string Extension => Type.Extension;

    /// <summary>One of GenerationResultKinds.</summary>
    public string Kind => Type.Kind;
}
