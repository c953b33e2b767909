namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>
/// Takes the workflow out of finished files: ComfyUI writes it into pictures, videos and sound alike. What a file is, its first bytes say;
/// other files, and whatever of a file cannot be read as what it claims to be, pass as they are.
/// </summary>
internal static class MediaMetadata
{
    private const int LongestSignature = 12;

    public static async Task CopyWithoutAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        using var copy = new FilteredCopy(source, destination);
        await FilterOf((await copy.PeekAsync(LongestSignature, cancellationToken)).Span)(copy, cancellationToken);
        await copy.CopyRestAsync(cancellationToken);
    }

    private static Func<FilteredCopy, CancellationToken, Task> FilterOf(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(PngMetadata.Signature))
            return PngMetadata.FilterAsync;
        if (head.Length == LongestSignature && head.StartsWith("RIFF"u8) && head[8..].SequenceEqual("WEBP"u8))
            return WebPMetadata.FilterAsync;
        if (head.Length == LongestSignature && head[4..].StartsWith("ftyp"u8))
            return Mp4Metadata.FilterAsync;
        if (head.StartsWith(MatroskaMetadata.Signature))
            return MatroskaMetadata.FilterAsync;
        if (head.StartsWith("fLaC"u8))
            return FlacMetadata.FilterAsync;
        return head.StartsWith("ID3"u8) ? Mp3Metadata.FilterAsync : (_, _) => Task.CompletedTask;
    }
}
