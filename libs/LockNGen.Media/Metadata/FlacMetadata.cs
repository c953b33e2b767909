namespace LockNGen.Media.Metadata;

/// <summary>FLAC: only the blocks that a decoder needs stay; comments, pictures and the rest become padding.</summary>
internal static class FlacMetadata
{
    private const int SignatureLength = 4;

    // One bit "last", the type, and three bytes of length.
    private const int HeaderLength = 4;
    private const byte Last = 0x80;
    private const byte StreamInfo = 0;
    private const byte Padding = 1;
    private const byte SeekTable = 3;
    private const byte CueSheet = 5;

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        await copy.CopyAsync(SignatureLength, cancellationToken);
        var last = false;
        while (!last && await copy.PeekAsync(HeaderLength, cancellationToken) is { Length: HeaderLength } peeked)
        {
            var header = peeked.ToArray();
            last = (header[0] & Last) != 0;
            var length = header[1] << 16 | header[2] << 8 | header[3];
            if ((header[0] & ~Last) is not (StreamInfo or SeekTable or CueSheet))
            {
                header[0] = (byte)(header[0] & Last | Padding);
                await copy.ReplaceAsync(header, cancellationToken);
                await copy.BlankAsync(length, cancellationToken);
            }
            else
            {
                await copy.CopyAsync(HeaderLength + length, cancellationToken);
            }
        }

        return await CopySoundAsync(copy, cancellationToken) && last;
    }

    /// <summary>After the audio there may be MP3 tags. They are recognized only at the very end, so that many bytes are held back.</summary>
    private static async Task<bool> CopySoundAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> end;
        while ((end = await copy.PeekAsync(FilteredCopy.LongestPeek, cancellationToken)).Length == FilteredCopy.LongestPeek)
            await copy.CopyAsync(FilteredCopy.LongestPeek / 2, cancellationToken);

        var sound = end;
        while (TrailingTags.LengthAtEnd(sound.Span) is > 0 and var tag)
        {
            if (tag > sound.Length)
            {
                await copy.CopyRestAsync(cancellationToken);
                return false;
            }

            sound = sound[..^(int)tag];
        }

        await copy.CopyAsync(sound.Length, cancellationToken);
        await copy.SkipAsync(end.Length - sound.Length, cancellationToken);
        return true;
    }
}
