using System.Numerics;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>WebM: the element with tags becomes a void one of the same length, because an index points to places in the file.</summary>
internal static class MatroskaMetadata
{
    private const uint Segment = 0x18538067;
    private const uint Tags = 0x1254C367;
    private const byte Void = 0xEC;
    private const int LongestId = 4;
    private const int LongestSize = 8;

    public static ReadOnlySpan<byte> Signature => [0x1A, 0x45, 0xDF, 0xA3];

    public static async Task FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        while (await copy.PeekAsync(LongestId + LongestSize, cancellationToken) is { Length: > 1 } header && Read(header.Span) is { } element)
        {
            // What is inside of a segment follows as elements of its own.
            if (element.Id == Segment)
            {
                await copy.CopyAsync(element.HeaderLength, cancellationToken);
            }
            else if (element.Id == Tags && element.Length is { } length)
            {
                await copy.ReplaceAsync(VoidHeader(element.HeaderLength, length), cancellationToken);
                await copy.BlankAsync(length, cancellationToken);
            }
            else
            {
                await copy.CopyAsync(element.Length is { } known ? element.HeaderLength + known : long.MaxValue, cancellationToken);
            }
        }
    }

    // Both numbers tell their own length by the zeros in front; of a size all ones mean that it is not known.
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
        // One byte of id instead of four leaves more room for the size, which may be written longer than it needs to be.
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
