using LockNGen.Media.Formats;

namespace LockNGen.Media.Metadata;

/// <summary>
/// Finds the metadata among the items of a HEIF file (ISO/IEC 14496-12, 8.11): <c>iinf</c> says what an item is, <c>iloc</c> where it is.
/// </summary>
internal static class PictureItems
{
    private const int FullBoxLength = 4;
    private const int LongestItem = 64 << 20;

    /// <summary>The positions of EXIF, XMP and other text; null if the tables make no sense.</summary>
    public static List<PictureItem>? Read(ReadOnlySpan<byte> meta, long start, int headerLength)
    {
        Dictionary<uint, bool> wanted = [];
        ReadOnlySpan<byte> locations = default;
        long data = -1;
        foreach (var box in new BoxWalk(meta.From(headerLength + FullBoxLength)))
        {
            if (box.Is("iinf"u8))
                wanted = ReadInfos(box.Content);
            else if (box.Is("iloc"u8))
                locations = box.Content;
            else if (box.Is("idat"u8))
                data = start + Offset(meta, box.Content);
        }

        return wanted.Count == 0 ? [] : Locate(locations, wanted, data);
    }

    private static long Offset(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> part) =>
        whole.Overlaps(part, out var offset) ? offset : 0;

    private static Dictionary<uint, bool> ReadInfos(ReadOnlySpan<byte> infos)
    {
        Dictionary<uint, bool> wanted = [];
        foreach (var info in new BoxWalk(infos.From(infos.Byte(0) == 0 ? 6 : 8)))
        {
            // Version 3 has a 32-bit id, followed by two bytes about protection.
            var isLong = info.Content.Byte(0) == 3;
            var type = info.Content.From(FullBoxLength + (isLong ? 6 : 4));
            if (type.StartsWith("Exif"u8) || type.StartsWith("mime"u8) || type.StartsWith("uri "u8))
                wanted[isLong ? info.Content.Big32(FullBoxLength) : info.Content.Big16(FullBoxLength)] = type.StartsWith("Exif"u8);
        }

        return wanted;
    }

    private static List<PictureItem>? Locate(ReadOnlySpan<byte> table, Dictionary<uint, bool> wanted, long data)
    {
        List<PictureItem> items = [];
        var version = table.Byte(0);
        var (offsetSize, lengthSize) = (table.Byte(4) >> 4, table.Byte(4) & 15);
        var (baseSize, indexSize) = (table.Byte(5) >> 4, version is 1 or 2 ? table.Byte(5) & 15 : 0);
        long at = 6;
        var count = Take(table, ref at, version < 2 ? 2 : 4);
        for (; count > 0 && at < table.Length; count--)
        {
            var id = (uint)Take(table, ref at, version < 2 ? 2 : 4);
            var method = version is 1 or 2 ? Take(table, ref at, 2) & 15 : 0;
            at += 2;
            var origin = Take(table, ref at, baseSize);
            for (var extents = Take(table, ref at, 2); extents > 0 && at < table.Length; extents--)
            {
                at += indexSize;
                var (offset, length) = (origin + Take(table, ref at, offsetSize), Take(table, ref at, lengthSize));
                if (!wanted.TryGetValue(id, out var isExif))
                    continue;
                // With method 1 it is in the box beside the tables, with 0 in the file; others refer to items.
                if (method > 1 || method == 1 && data < 0 || length is <= 0 or > LongestItem || offset < 0)
                    return null;
                items.Add(new PictureItem(method == 1 ? data + offset : offset, (int)length, isExif));
            }
        }

        return items;
    }

    private static long Take(ReadOnlySpan<byte> bytes, ref long at, int size)
    {
        long number = size switch
        {
            2 => bytes.Big16(at),
            4 => bytes.Big32(at),
            8 => (long)(bytes.Big64(at) & long.MaxValue),
            _ => 0,
        };
        at += size;
        return number;
    }
}
