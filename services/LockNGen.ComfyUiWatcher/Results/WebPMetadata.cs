using System.Buffers.Binary;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>WebP: EXIF and XMP become chunks that nobody knows, of the same length, because the file's length is written at its beginning.</summary>
internal static class WebPMetadata
{
    private const int FileHeaderLength = 12;

    // Name and length; the data is padded to an even length.
    private const int HeaderLength = 8;
    private const byte AnnouncesExifOrXmp = 0b0000_1100;

    public static async Task FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        await copy.CopyAsync(FileHeaderLength, cancellationToken);
        while (await copy.PeekAsync(HeaderLength + 1, cancellationToken) is { Length: >= HeaderLength } header)
        {
            var length = (long)BinaryPrimitives.ReadUInt32LittleEndian(header.Span[4..]);
            length += length & 1;
            if (header.Span.StartsWith("EXIF"u8) || header.Span.StartsWith("XMP "u8))
            {
                await copy.ReplaceAsync("JUNK"u8.ToArray(), cancellationToken);
                await copy.CopyAsync(4, cancellationToken);
                await copy.BlankAsync(length, cancellationToken);
                continue;
            }

            if (header.Span.StartsWith("VP8X"u8) && length > 0 && header.Length > HeaderLength)
            {
                var flagged = header.ToArray();
                flagged[HeaderLength] &= unchecked((byte)~AnnouncesExifOrXmp);
                await copy.ReplaceAsync(flagged, cancellationToken);
                length--;
            }
            else
            {
                await copy.CopyAsync(HeaderLength, cancellationToken);
            }

            await copy.CopyAsync(length, cancellationToken);
        }
    }
}
