namespace LockNGen.Media.Metadata;

/// <summary>GIF89a: comments are removed, application extensions other than for animation, and anything after the end.</summary>
internal static class GifMetadata
{
    private const int HeaderLength = 13;
    private const int ImageHeaderLength = 10;
    private const int LongestExtension = 14;
    private const byte Image = 0x2C;
    private const byte Extension = 0x21;
    private const byte End = 0x3B;
    private const byte Comment = 0xFE;
    private const byte PlainText = 0x01;
    private const byte Application = 0xFF;

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        if (await copy.PeekAsync(HeaderLength, cancellationToken) is not { Length: HeaderLength } header)
            return false;
        await copy.CopyAsync(HeaderLength + TableLength(header.Span[10]), cancellationToken);
        while (await copy.PeekAsync(LongestExtension, cancellationToken) is { Length: > 0 } block)
        {
            switch (block.Span[0])
            {
                case Image when block.Length >= ImageHeaderLength:
                    // The table of colours, and the size of codes.
                    await copy.CopyAsync(ImageHeaderLength + TableLength(block.Span[9]) + 1, cancellationToken);
                    await PassBlocksAsync(copy, keep: true, cancellationToken);
                    break;
                case Extension when block.Length > 1:
                    var keep = IsKept(block.Span);
                    await (keep ? copy.CopyAsync(2, cancellationToken) : copy.SkipAsync(2, cancellationToken));
                    await PassBlocksAsync(copy, keep, cancellationToken);
                    break;
                case End:
                    await copy.CopyAsync(1, cancellationToken);
                    await copy.SkipAsync(long.MaxValue, cancellationToken);
                    return true;
                default:
                    await copy.CopyRestAsync(cancellationToken);
                    return false;
            }
        }

        return false;
    }

    private static bool IsKept(ReadOnlySpan<byte> extension) => extension[1] switch
    {
        Comment or PlainText => false,
        Application => extension[3..].StartsWith("NETSCAPE"u8) || extension[3..].StartsWith("ANIMEXTS"u8) || extension[3..].StartsWith("ICCRGBG1"u8),
        _ => true,
    };

    /// <summary>Blocks of up to 255 bytes, each preceded by its length; one of length 0 ends them.</summary>
    private static async Task PassBlocksAsync(FilteredCopy copy, bool keep, CancellationToken cancellationToken)
    {
        while (await copy.PeekAsync(1, cancellationToken) is { Length: 1 } first)
        {
            var length = first.Span[0];
            await (keep ? copy.CopyAsync(1 + length, cancellationToken) : copy.SkipAsync(1 + length, cancellationToken));
            if (length == 0)
                return;
        }
    }

    private static int TableLength(byte flags) => (flags & 0x80) != 0 ? 3 * (2 << (flags & 7)) : 0;
}
