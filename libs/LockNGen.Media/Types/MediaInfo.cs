namespace LockNGen.Media.Types;

/// <summary>What the bytes of a file say about it.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Width">In pixels; 0 where the format does not tell, or not in the bytes that were read.</param>
/// <param name="Height">In pixels; 0 as with the width.</param>
/// <param name="DurationSeconds">How long it plays; null as with the width.</param>
public sealed record MediaInfo(MediaType Type, int Width = 0, int Height = 0, double? DurationSeconds = null)
{
    /// <summary>The media type, <c>application/octet-stream</c> for what is not known.</summary>
    public string ContentType => Type.ContentType;

    /// <summary>The end of a name for it, with the dot.</summary>
    public string Extension => Type.Extension;

    /// <summary>One of GenerationResultKinds.</summary>
    public string Kind => Type.Kind;
}
