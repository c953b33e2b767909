namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>MP3: the ID3 tag in front of the sound goes.</summary>
internal static class Mp3Metadata
{
    // "ID3", version, flags, and a length of which each byte has seven bits.
    private const int HeaderLength = 10;

    public static async Task FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        if (await copy.PeekAsync(HeaderLength, cancellationToken) is { Length: HeaderLength } header)
            await copy.SkipAsync(HeaderLength + ContentLength(header.Span[6..]), cancellationToken);
    }

    private static int ContentLength(ReadOnlySpan<byte> size) => size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3];
}
