using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>
/// Files of boxes (ISO/IEC 14496-12): MP4, M4A and MOV, and the pictures HEIC and AVIF (ISO/IEC 23008-12, AV1-AVIF 1.1), which start the same
/// way and are distinguished by their brands.
/// </summary>
internal static class IsoMediaFormat
{
    private const int BoxHeaderLength = 8;

    public static MediaInfo? Read(ReadOnlySpan<byte> head)
    {
        // Old QuickTime files have no brand: they start with their contents.
        if (head.Has(4, "wide"u8) || head.Has(4, "moov"u8) || head.Has(4, "mdat"u8))
            return Film(MediaType.QuickTime, head);
        if (!head.Has(4, "ftyp"u8))
            return null;
        var brands = head.From(BoxHeaderLength, head.Big32(0) - BoxHeaderLength);
        if (Any(brands, "avif"u8) || Any(brands, "avis"u8))
            return Picture(MediaType.Avif, head);
        if (Any(brands, "heic"u8) || Any(brands, "heix"u8) || Any(brands, "hevc"u8) || Any(brands, "hevx"u8) || Any(brands, "heim"u8) || Any(brands, "heis"u8))
            return Picture(MediaType.Heic, head);
        if (brands.StartsWith("mif1"u8) || brands.StartsWith("msf1"u8))
            return Picture(MediaType.Heif, head);
        if (brands.StartsWith("M4A "u8) || brands.StartsWith("M4B "u8) || brands.StartsWith("M4P "u8))
            return Film(MediaType.M4A, head);
        return Film(brands.StartsWith("qt  "u8) ? MediaType.QuickTime : MediaType.Mp4, head);
    }

    /// <summary>Video or audio whose index starts within these bytes.</summary>
    public static MediaInfo Measure(MediaType type, ReadOnlySpan<byte> movie)
    {
        var info = new MediaInfo(type);
        var (hasPicture, hasSound) = (false, false);
        foreach (var box in new BoxWalk(movie))
        {
            if (box.Is("mvhd"u8))
            {
                var times = box.Content.From(box.Content.Byte(0) == 1 ? 20 : 12);
                var duration = box.Content.Byte(0) == 1 ? times.Big64(4) : times.Big32(4);
                // All ones: unknown.
                info = info with { DurationSeconds = duration is uint.MaxValue or ulong.MaxValue ? null : HeadBytes.Seconds(duration, times.Big32(0)) };
            }
            else if (box.Is("trak"u8))
            {
                var (width, height, handler) = ReadTrack(box.Content);
                hasPicture |= handler == Handler("vide"u8) || width > 0;
                hasSound |= handler == Handler("soun"u8);
                if (info.Width == 0)
                    info = info with { Width = width, Height = height };
            }
        }

        return hasSound && !hasPicture && type == MediaType.Mp4 ? info with { Type = MediaType.M4A } : info;
    }

    private static MediaInfo Film(MediaType type, ReadOnlySpan<byte> head)
    {
        foreach (var box in new BoxWalk(head))
        {
            if (box.Is("moov"u8))
                return Measure(type, box.Content);
        }

        return new(type);
    }

    private static (int Width, int Height, uint Handler) ReadTrack(ReadOnlySpan<byte> track)
    {
        var (width, height, handler) = (0, 0, 0u);
        foreach (var box in new BoxWalk(track))
        {
            if (box.Is("tkhd"u8))
            {
                // The matrix and, in 16.16 fixed point, the size come last. A rotation by 90 degrees has zeros on the matrix's diagonal.
                var matrix = box.Content.From(box.Content.Byte(0) == 1 ? 52 : 40);
                (width, height) = (matrix.Big16(36), matrix.Big16(40));
                if (matrix.Big32(0) == 0 && matrix.Big32(16) == 0 && matrix.Big32(4) != 0)
                    (width, height) = (height, width);
            }
            else if (box.Is("mdia"u8))
            {
                foreach (var inner in new BoxWalk(box.Content))
                    handler = inner.Is("hdlr"u8) ? inner.Content.Big32(8) : handler;
            }
        }

        return (width, height, handler);
    }

    /// <summary>The size is a property (ispe) of an item; the largest is the whole picture, others are tiles, masks and thumbnails.</summary>
    private static MediaInfo Picture(MediaType type, ReadOnlySpan<byte> head)
    {
        var info = new MediaInfo(type);
        foreach (var box in new BoxWalk(head))
        {
            if (box.Is("meta"u8))
                info = LargestOf(info, box.Content.From(4));
        }

        return info;
    }

    private static MediaInfo LargestOf(MediaInfo info, ReadOnlySpan<byte> boxes)
    {
        foreach (var box in new BoxWalk(boxes))
        {
            if (box.Is("iprp"u8) || box.Is("ipco"u8))
                info = LargestOf(info, box.Content);
            else if (box.Is("ispe"u8) && (ulong)box.Content.Big32(4) * box.Content.Big32(8) > (ulong)info.Width * (ulong)info.Height)
                info = info with { Width = HeadBytes.Pixels(box.Content.Big32(4)), Height = HeadBytes.Pixels(box.Content.Big32(8)) };
        }

        return info;
    }

    // The major brand, a version, then the compatible brands.
    private static bool Any(ReadOnlySpan<byte> brands, ReadOnlySpan<byte> brand)
    {
        for (var at = 0; at + 4 <= brands.Length; at += 4)
        {
            if (at != 4 && brands.Has(at, brand))
                return true;
        }

        return false;
    }

    private static uint Handler(ReadOnlySpan<byte> type) => type.Big32(0);
}
