using LockNGen.Media.Formats;

namespace LockNGen.Media.Metadata;

/// <summary>
/// JPEG: comments and application segments are removed, except those that affect how the picture looks: JFIF, ICC profile, Adobe's colours, orientation.
/// </summary>
internal static class JpegMetadata
{
    private const byte Start = 0xD8;
    private const byte End = 0xD9;
    private const byte Scan = 0xDA;
    private const byte Comment = 0xFE;
    private const byte Jfif = 0xE0;
    private const byte Exif = 0xE1;
    private const byte Icc = 0xE2;
    private const byte Adobe = 0xEE;
    private const byte LastApplication = 0xEF;

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        while (await copy.PeekAsync(4, cancellationToken) is { Length: >= 2 } head && head.Span[0] == 0xFF)
        {
            var marker = head.Span[1];
            if (marker == End)
            {
                await copy.CopyAsync(2, cancellationToken);
                await copy.SkipAsync(long.MaxValue, cancellationToken);
                return true;
            }

            if (marker is Start or 0xFF or 0x01)
            {
                await copy.CopyAsync(marker == 0xFF ? 1 : 2, cancellationToken);
                continue;
            }

            var length = 2 + ((ReadOnlySpan<byte>)head.Span).Big16(2);
            await FilterSegmentAsync(copy, marker, length, cancellationToken);
            if (marker == Scan)
                await CopyScanAsync(copy, cancellationToken);
        }

        await copy.CopyRestAsync(cancellationToken);
        return false;
    }

    private static async Task FilterSegmentAsync(FilteredCopy copy, byte marker, int length, CancellationToken cancellationToken)
    {
        if (marker is not (Comment or (>= Jfif and <= LastApplication)))
        {
            await copy.CopyAsync(length, cancellationToken);
            return;
        }

        var content = (await copy.PeekAsync(length, cancellationToken))[4..];
        if (SaysHowItLooks(marker, content.Span))
        {
            await copy.CopyAsync(length, cancellationToken);
            return;
        }

        if (marker == Exif && content.Span.StartsWith(ExifOrientation.Signature) && ExifOrientation.Read(content.Span[ExifOrientation.Signature.Length..]) is > 1 and var orientation)
            await copy.WriteAsync((byte[])[0xFF, Exif, 0, 34, .. ExifOrientation.Signature, .. ExifOrientation.Write(orientation)], cancellationToken);
        await copy.SkipAsync(length, cancellationToken);
    }

    private static bool SaysHowItLooks(byte marker, ReadOnlySpan<byte> content) => marker switch
    {
        Jfif => content.StartsWith("JFIF\0"u8),
        Icc => content.StartsWith("ICC_PROFILE\0"u8),
        Adobe => content.StartsWith("Adobe"u8),
        _ => false,
    };

    /// <summary>Coded data has no markers except restart markers, and an FF in it is followed by 0.</summary>
    private static async Task CopyScanAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        while (await copy.PeekAsync(FilteredCopy.LongestPeek, cancellationToken) is { Length: > 1 } piece)
        {
            var marker = FindMarker(piece.Span);
            // The last byte may be the first half of a marker.
            await copy.CopyAsync(marker >= 0 ? marker : piece.Length - 1, cancellationToken);
            if (marker >= 0)
                return;
        }
    }

    private static int FindMarker(ReadOnlySpan<byte> scan)
    {
        for (var at = 0; scan[at..].IndexOf((byte)0xFF) is >= 0 and var found && at + found + 1 < scan.Length; at += found + 1)
        {
            if (scan[at + found + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
                return at + found;
        }

        return -1;
    }
}
