using System.Buffers.Binary;

namespace LockNGen.Media.Metadata;

/// <summary>
/// Files of chunks: WebP, WAV and AVI (RIFF), AIFF (IFF). Chunks of metadata become chunks that nobody knows, of the same length, because
/// the file's length is written at its beginning.
/// </summary>
internal static class RiffMetadata
{
    private const int FileHeaderLength = 12;

    // Name and length; the data is padded to an even length.
    private const int HeaderLength = 8;
    private const byte AnnouncesExifOrXmp = 0b0000_1100;

    /// <summary>Cleans the file; tells whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        var isBigEndian = (await copy.PeekAsync(FileHeaderLength, cancellationToken)).Span.StartsWith("FORM"u8);
        await copy.CopyAsync(FileHeaderLength, cancellationToken);
        while (await copy.PeekAsync(HeaderLength + 4, cancellationToken) is { Length: >= HeaderLength } header)
        {
            var size = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(header.Span[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(header.Span[4..]);
            var length = (long)size + (size & 1);
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
                await copy.ReplaceAsync(new[] { (byte)(header.Span[HeaderLength] & ~AnnouncesExifOrXmp) }, cancellationToken);
                length--;
            }

            await copy.CopyAsync(length, cancellationToken);
        }

        return await copy.IsAtEndAsync(cancellationToken);
    }

    private static bool IsMetadata(ReadOnlySpan<byte> chunk)
    {
        var name = chunk[..4];
        return name.SequenceEqual("EXIF"u8) || name.SequenceEqual("XMP "u8) || name.SequenceEqual("_PMX"u8) || name.SequenceEqual("iXML"u8)
            || name.SequenceEqual("bext"u8) || name.SequenceEqual("id3 "u8) || name.SequenceEqual("ID3 "u8)
            || name.SequenceEqual("NAME"u8) || name.SequenceEqual("AUTH"u8) || name.SequenceEqual("ANNO"u8) || name.SequenceEqual("(c) "u8) || name.SequenceEqual("COMT"u8)
            || name.SequenceEqual("LIST"u8) && chunk[HeaderLength..].StartsWith("INFO"u8);
    }
}
