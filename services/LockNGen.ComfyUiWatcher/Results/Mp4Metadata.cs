using System.Buffers.Binary;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>MP4: the boxes with user data become free space of the same length, because tables point to places in the file.</summary>
internal static class Mp4Metadata
{
    private const int HeaderLength = 8;
    private const int LongHeaderLength = 16;

    public static async Task FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        while (await copy.PeekAsync(LongHeaderLength, cancellationToken) is { Length: >= HeaderLength } header)
        {
            var (headerLength, length) = Lengths(header.Span);
            if (length < headerLength)
                return;
            // What is inside of these follows as boxes of its own.
            if (Is(header, "moov"u8) || Is(header, "trak"u8))
            {
                await copy.CopyAsync(headerLength, cancellationToken);
            }
            else if (Is(header, "udta"u8) || Is(header, "meta"u8))
            {
                await copy.CopyAsync(4, cancellationToken);
                await copy.ReplaceAsync("free"u8.ToArray(), cancellationToken);
                await copy.CopyAsync(headerLength - HeaderLength, cancellationToken);
                await copy.BlankAsync(length - headerLength, cancellationToken);
            }
            else
            {
                await copy.CopyAsync(length, cancellationToken);
            }
        }
    }

    // 1 announces a long length, 0 the rest of the file.
    private static (int Header, long Whole) Lengths(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32BigEndian(header) switch
    {
        0 => (HeaderLength, long.MaxValue),
        1 when header.Length >= LongHeaderLength => (LongHeaderLength, BinaryPrimitives.ReadInt64BigEndian(header[HeaderLength..])),
        var length => (HeaderLength, length),
    };

    private static bool Is(ReadOnlyMemory<byte> header, ReadOnlySpan<byte> type) => header.Span.Slice(4, 4).SequenceEqual(type);
}
