using System.Buffers.Binary;

namespace LockNGen.Media.Metadata;

/// <summary>PNG: text and EXIF chunks go, the private chunk of animated ones (<c>comf</c>), and whatever is behind the last chunk.</summary>
internal static class PngMetadata
{
    // Length, type, and behind the data a checksum.
    private const int HeaderLength = 8;
    private const int ChecksumLength = 4;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Cleans the file; tells whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        await copy.CopyAsync(Signature.Length, cancellationToken);
        while (await copy.PeekAsync(HeaderLength, cancellationToken) is { Length: HeaderLength } header)
        {
            var isEnd = header.Span[4..].SequenceEqual("IEND"u8);
            var length = HeaderLength + (long)BinaryPrimitives.ReadUInt32BigEndian(header.Span) + ChecksumLength;
            await (TellsWorkflow(header.Span[4..]) ? copy.SkipAsync(length, cancellationToken) : copy.CopyAsync(length, cancellationToken));
            if (!isEnd)
                continue;
            await copy.SkipAsync(long.MaxValue, cancellationToken);
            return true;
        }

        return false;
    }

    private static bool TellsWorkflow(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8) || type.SequenceEqual("iTXt"u8)
        || type.SequenceEqual("eXIf"u8) || type.SequenceEqual("comf"u8);
}
