using System.Buffers.Binary;
using System.IO.Hashing;
using LockNGen.Media.Formats;

namespace LockNGen.Media.Metadata;

/// <summary>
/// PNG: only the chunks that affect how the picture looks and moves stay (third edition). Removed are text, private chunks like ComfyUI's <c>comf</c>, and
/// anything after the last chunk; of EXIF the orientation stays.
/// </summary>
internal static class PngMetadata
{
    // Length and type, and a checksum after the data.
    private const int HeaderLength = 8;
    private const int ChecksumLength = 4;

    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "mDCv", "cLLI", "cLLi", "bKGD", "hIST", "pHYs", "acTL", "fcTL", "fdAT",
    };

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        await copy.CopyAsync(PictureFormats.PngSignature.Length, cancellationToken);
        while (await copy.PeekAsync(HeaderLength, cancellationToken) is { Length: HeaderLength } header)
        {
            var isEnd = header.Span[4..].SequenceEqual("IEND"u8);
            var isExif = header.Span[4..].SequenceEqual("eXIf"u8);
            var length = HeaderLength + (long)BinaryPrimitives.ReadUInt32BigEndian(header.Span) + ChecksumLength;
            if (isExif)
                await KeepOrientationAsync(copy, length, cancellationToken);
            await (IsKept(header.Span[4..]) ? copy.CopyAsync(length, cancellationToken) : copy.SkipAsync(length, cancellationToken));
            if (!isEnd)
                continue;
            await copy.SkipAsync(long.MaxValue, cancellationToken);
            return true;
        }

        return false;
    }

    /// <summary>Chunks whose name starts with a capital letter are needed to decode the picture.</summary>
    private static bool IsKept(ReadOnlySpan<byte> type) => (type[0] & 0x20) == 0 || Kept.Contains(System.Text.Encoding.Latin1.GetString(type));

    private static async Task KeepOrientationAsync(FilteredCopy copy, long length, CancellationToken cancellationToken)
    {
        var chunk = await copy.PeekAsync((int)Math.Min(length, FilteredCopy.LongestPeek), cancellationToken);
        if (chunk.Length > HeaderLength && ExifOrientation.Read(chunk.Span[HeaderLength..]) is > 1 and var orientation)
            await copy.WriteAsync(Chunk([.. "eXIf"u8, .. ExifOrientation.Write(orientation)]), cancellationToken);
    }

    private static byte[] Chunk(byte[] typed)
    {
        byte[] chunk = [.. new byte[4], .. typed, .. new byte[ChecksumLength]];
        BinaryPrimitives.WriteInt32BigEndian(chunk, typed.Length - 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + typed.Length), Crc32.HashToUInt32(typed));
        return chunk;
    }
}
