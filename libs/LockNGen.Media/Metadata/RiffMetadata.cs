using System.Buffers.Binary;

namespace LockNGen.Media.Metadata;

/// <summary>
/// Files of chunks: WebP, WAV and AVI (RIFF), AIFF (IFF). Chunks of metadata become chunks of an unknown type, of the same length, because
/// the file's length is written at its beginning. WebP also declares EXIF there, whose orientation decides how the picture is shown: that stays.
/// </summary>
internal static class RiffMetadata
{
    private const int FileHeaderLength = 12;

    // Name and length; the data is padded to an even length.
    private const int HeaderLength = 8;
    private const byte AnnouncesXmp = 0b0000_0100;

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        var isBigEndian = (await copy.PeekAsync(FileHeaderLength, cancellationToken)).Span.StartsWith("FORM"u8);
        await copy.CopyAsync(FileHeaderLength, cancellationToken);
        while (await copy.PeekAsync(HeaderLength + 4, cancellationToken) is { Length: >= HeaderLength } header)
        {
            var size = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(header.Span[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(header.Span[4..]);
            var length = (long)size + (size & 1);
            if (IsList(header.Span, "hdrl"u8) || IsList(header.Span, "strl"u8))
            {
                // The contents of these follow as chunks of their own: stream names.
                await copy.CopyAsync(HeaderLength + 4, cancellationToken);
                continue;
            }

            if (header.Span.StartsWith("EXIF"u8))
            {
                await copy.CopyAsync(HeaderLength, cancellationToken);
                await EmptyExifAsync(copy, length, cancellationToken);
                continue;
            }

            if (IsMetadata(header.Span))
            {
                await copy.ReplaceAsync("JUNK"u8.ToArray(), cancellationToken);
                await copy.CopyAsync(4, cancellationToken);
                await copy.BlankAsync(length, cancellationToken);
                continue;
            }

            await copy.CopyAsync(HeaderLength, cancellationToken);
            if (header.Span.StartsWith("VP8X"u8) && length > 0 && header.Length > HeaderLength)
            {
                await copy.ReplaceAsync(new[] { (byte)(header.Span[HeaderLength] & ~AnnouncesXmp) }, cancellationToken);
                length--;
            }

            await copy.CopyAsync(length, cancellationToken);
        }

        return await copy.IsAtEndAsync(cancellationToken);
    }

    private static async Task EmptyExifAsync(FilteredCopy copy, long length, CancellationToken cancellationToken)
    {
        var exif = await copy.PeekAsync((int)Math.Min(length, FilteredCopy.LongestPeek), cancellationToken);
        // Some writers start it as in JPEG.
        var orientation = ExifOrientation.Read(exif.Span[(exif.Span.StartsWith(ExifOrientation.Signature) ? ExifOrientation.Signature.Length : 0)..]);
        var empty = orientation > 1 ? ExifOrientation.Write(orientation) : ExifOrientation.Nothing.ToArray();
        if (empty.Length > length)
            empty = [];
        await copy.ReplaceAsync(empty, cancellationToken);
        await copy.BlankAsync(length - empty.Length, cancellationToken);
    }

    private static bool IsList(ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> type) => chunk.StartsWith("LIST"u8) && chunk[HeaderLength..].StartsWith(type);

    private static bool IsMetadata(ReadOnlySpan<byte> chunk)
    {
        var name = chunk[..4];
        return name.SequenceEqual("XMP "u8) || name.SequenceEqual("_PMX"u8) || name.SequenceEqual("iXML"u8)
            || name.SequenceEqual("bext"u8) || name.SequenceEqual("id3 "u8) || name.SequenceEqual("ID3 "u8)
            || name.SequenceEqual("NAME"u8) || name.SequenceEqual("AUTH"u8) || name.SequenceEqual("ANNO"u8) || name.SequenceEqual("(c) "u8) || name.SequenceEqual("COMT"u8)
            || name.SequenceEqual("strn"u8) || name.SequenceEqual("JUNK"u8) || IsList(chunk, "INFO"u8) || IsList(chunk, "adtl"u8);
    }
}
