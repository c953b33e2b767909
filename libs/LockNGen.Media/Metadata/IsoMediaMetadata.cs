using System.Buffers.Binary;

namespace LockNGen.Media.Metadata;

/// <summary>
/// MP4, MOV and M4A: the boxes with user data become free space of the same length, because tables hold offsets in the file. AVIF and
/// HEIC keep in a box of the same name where the picture is: there only the bytes of EXIF and XMP items are blanked, wherever they are.
/// </summary>
internal sealed class IsoMediaMetadata(FilteredCopy copy, bool isPicture)
{
    private const int HeaderLength = 8;
    private const int LongHeaderLength = 16;
    private const int LongestItemTable = 8 << 20;

    // Before a handler's name: version, its old and its current type, and three reserved numbers.
    private const int HandlerLength = 24;
    private const int HandlerTypeAt = 8;

    private readonly List<PictureItem> _blanks = [];
    private bool _isUnderstood = true;

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public async Task<bool> FilterAsync(CancellationToken cancellationToken)
    {
        while (await copy.PeekAsync(LongHeaderLength, cancellationToken) is { Length: >= HeaderLength } header)
        {
            var (headerLength, length) = Lengths(header.Span);
            if (length < headerLength)
                break;
            // The contents of these follow as boxes of their own.
            if (Is(header, "moov"u8) || Is(header, "trak"u8) || Is(header, "mdia"u8) || Is(header, "moof"u8) || Is(header, "traf"u8))
                await PassAsync(headerLength, cancellationToken);
            else if (Is(header, "hdlr"u8) && length > headerLength + HandlerLength)
                await FilterHandlerAsync(headerLength, length, cancellationToken);
            else if ((Is(header, "free"u8) || Is(header, "skip"u8)) && _blanks.Count == 0)
                await BlankBehindAsync(headerLength, length, cancellationToken);
            else if (isPicture && Is(header, "meta"u8))
                await FilterItemsAsync(headerLength, length, cancellationToken);
            else if (Is(header, "udta"u8) || Is(header, "meta"u8) || Is(header, "uuid"u8))
                await FreeAsync(headerLength, length, cancellationToken);
            else
                await PassAsync(length, cancellationToken);
        }

        return await copy.IsAtEndAsync(cancellationToken) && _isUnderstood;
    }

    private async Task FilterHandlerAsync(int headerLength, long length, CancellationToken cancellationToken)
    {
        // A text track, such as chapters: its samples lie among those of audio and video.
        var handler = await copy.PeekAsync(headerLength + HandlerTypeAt + 4, cancellationToken);
        _isUnderstood &= !handler.Span.EndsWith("text"u8);
        await BlankBehindAsync(headerLength + HandlerLength, length, cancellationToken);
    }

    private async Task FreeAsync(int headerLength, long length, CancellationToken cancellationToken)
    {
        await copy.CopyAsync(4, cancellationToken);
        await copy.ReplaceAsync("free"u8.ToArray(), cancellationToken);
        await copy.CopyAsync(headerLength - HeaderLength, cancellationToken);
        await copy.BlankAsync(length - headerLength, cancellationToken);
    }

    private async Task BlankBehindAsync(int kept, long length, CancellationToken cancellationToken)
    {
        await copy.CopyAsync(kept, cancellationToken);
        await copy.BlankAsync(length - kept, cancellationToken);
    }

    private async Task FilterItemsAsync(int headerLength, long length, CancellationToken cancellationToken)
    {
        if (length > LongestItemTable)
        {
            _isUnderstood = false;
            await PassAsync(length, cancellationToken);
            return;
        }

        var start = copy.Position;
        var box = await copy.TakeAsync((int)length, cancellationToken);
        if (PictureItems.Read(box, start, headerLength) is { } items)
        {
            foreach (var item in items.Where(i => i.IsIn(start, box.Length)))
                item.Blank().CopyTo(box.AsSpan((int)(item.Start - start)));
            _blanks.AddRange(items.Where(i => i.Start >= copy.Position));
            // What precedes its table has been copied already.
            _isUnderstood &= items.All(i => i.IsIn(start, box.Length) || i.Start >= copy.Position);
        }
        else
        {
            _isUnderstood = false;
        }

        _blanks.Sort((a, b) => a.Start.CompareTo(b.Start));
        await copy.WriteAsync(box, cancellationToken);
    }

    /// <summary>Copies, with zeros in place of what is to be blanked.</summary>
    private async Task PassAsync(long length, CancellationToken cancellationToken)
    {
        var end = length > long.MaxValue - copy.Position ? long.MaxValue : copy.Position + length;
        while (_blanks.Count > 0 && _blanks[0].Start < end && !await copy.IsAtEndAsync(cancellationToken))
        {
            var item = _blanks[0];
            _blanks.RemoveAt(0);
            // Items may share bytes: those already passed are blank.
            if (item.Start < copy.Position)
                item = item.From(copy.Position);
            if (item.Start + item.Length > end)
            {
                _isUnderstood = false;
                continue;
            }

            await copy.CopyAsync(item.Start - copy.Position, cancellationToken);
            await copy.ReplaceAsync(item.Blank(), cancellationToken);
        }

        await copy.CopyAsync(end - copy.Position, cancellationToken);
    }

    // 1 means that a 64-bit length follows, 0 that the box extends to the end of the file.
    private static (int Header, long Whole) Lengths(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32BigEndian(header) switch
    {
        0 => (HeaderLength, long.MaxValue),
        1 when header.Length >= LongHeaderLength => (LongHeaderLength, BinaryPrimitives.ReadInt64BigEndian(header[HeaderLength..])),
        var length => (HeaderLength, length),
    };

    private static bool Is(ReadOnlyMemory<byte> header, ReadOnlySpan<byte> type) => header.Span.Slice(4, 4).SequenceEqual(type);
}
