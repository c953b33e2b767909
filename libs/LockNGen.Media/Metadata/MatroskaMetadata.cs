using System.Numerics;

namespace LockNGen.Media.Metadata;

/// <summary>
/// WebM and Matroska: the elements with tags, attachments, chapters, the title and the names of tracks become void ones of the same length,
/// because an index holds offsets in the file.
/// </summary>
internal static class MatroskaMetadata
{
    private const uint Segment = 0x18538067;
    private const uint Cluster = 0x1F43B675;
    private const uint Tags = 0x1254C367;
    private const uint Attachments = 0x1941A469;
    private const uint Info = 0x1549A966;
    private const uint Title = 0x7BA9;
    private const uint SegmentFilename = 0x7384;
    private const uint Tracks = 0x1654AE6B;
    private const uint TrackEntry = 0xAE;
    private const uint Name = 0x536E;
    private const uint Chapters = 0x1043A770;
    private const uint Checksum = 0xBF;
    private const byte Void = 0xEC;
    private const int LongestId = 4;
    private const int LongestSize = 8;

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        while (await copy.PeekAsync(LongestId + LongestSize, cancellationToken) is { Length: > 1 } header && Read(header.Span) is { } element)
        {
            // The contents of these follow as elements of their own. Void would break the checksum before a title, so that is blanked as well.
            if (element.Id is Segment or Info or Tracks or TrackEntry || element is { Id: Cluster, Length: null })
            {
                await copy.CopyAsync(element.HeaderLength, cancellationToken);
            }
            else if (IsMetadata(element.Id) && element.Length is { } length)
            {
                await copy.ReplaceAsync(VoidHeader(element.HeaderLength, length), cancellationToken);
                await copy.BlankAsync(length, cancellationToken);
            }
            else if (element.Length is { } known)
            {
                await copy.CopyAsync(element.HeaderLength + known, cancellationToken);
            }
            else
            {
                break;
            }
        }

        return await copy.IsAtEndAsync(cancellationToken);
    }

    private static bool IsMetadata(uint id) => id is Tags or Attachments or Chapters or Title or SegmentFilename or Name or Checksum or Void;

    // Leading zeros give the length of both numbers; a size of all ones is unknown.
    private static (uint Id, int HeaderLength, long? Length)? Read(ReadOnlySpan<byte> header)
    {
        var idLength = LengthOf(header[0]);
        if (idLength > LongestId || header.Length <= idLength)
            return null;
        var sizeLength = LengthOf(header[idLength]);
        if (sizeLength > LongestSize || header.Length < idLength + sizeLength)
            return null;
        var unknown = (1L << (7 * sizeLength)) - 1;
        var size = Number(header.Slice(idLength, sizeLength)) & unknown;
        return ((uint)Number(header[..idLength]), idLength + sizeLength, size == unknown ? null : size);
    }

    private static byte[] VoidHeader(int length, long content)
    {
        // One byte of id instead of more leaves room for the size, which may be written longer than it needs to be.
        var sizeLength = Math.Min(length - 1, LongestSize);
        var size = content + length - 1 - sizeLength | 1L << (7 * sizeLength);
        var header = new byte[length];
        header[0] = Void;
        for (var at = sizeLength; at > 0; at--, size >>= 8)
            header[at] = (byte)size;
        return header;
    }

    private static int LengthOf(byte first) => BitOperations.LeadingZeroCount((uint)first) - 24 + 1;

    private static long Number(ReadOnlySpan<byte> bytes)
    {
        var number = 0L;
        foreach (var value in bytes)
            number = number << 8 | value;
        return number;
    }
}
