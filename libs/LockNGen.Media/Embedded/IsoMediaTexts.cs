using System.Text;
using LockNGen.Media.Formats;
using LockNGen.Media.Metadata;

namespace LockNGen.Media.Embedded;

/// <summary>
/// MP4 and MOV: the movie's <c>meta</c> box has a list of keys and one of values or, in iTunes style, values with four-letter names.
/// AVIF and HEIC: EXIF among the items.
/// </summary>
internal static class IsoMediaTexts
{
    private const int Deepest = 6;

    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (!file.Has(4, "ftyp"u8))
            return;
        Walk(file, texts, 0);
        ReadItems(file, texts);
    }

    private static void Walk(ReadOnlySpan<byte> boxes, List<EmbeddedText> texts, int depth)
    {
        if (depth > Deepest)
            return;
        foreach (var box in new BoxWalk(boxes))
        {
            if (box.Is("moov"u8) || box.Is("udta"u8) || box.Is("trak"u8))
                Walk(box.Content, texts, depth + 1);
            if (box.Is("udta"u8))
                ReadUserData(box.Content, texts);
            if (box.Is("meta"u8))
                ReadMeta(box.Content, texts);
        }
    }

    // QuickTime: names that begin with ©, a length, a language, a text.
    private static void ReadUserData(ReadOnlySpan<byte> boxes, List<EmbeddedText> texts)
    {
        for (var rest = boxes; rest.Length > 12; rest = rest.From(Math.Max(rest.Big32(0), 8L)))
        {
            if (rest[4] == 0xA9)
                texts.Add(new(Encoding.Latin1.GetString(rest[4..8]), Encoding.UTF8.GetString(rest.From(12, rest.Big16(8)))));
        }
    }

    private static void ReadMeta(ReadOnlySpan<byte> meta, List<EmbeddedText> texts)
    {
        // QuickTime has no version before the contents; MP4 does.
        var boxes = meta.Has(4, "hdlr"u8) ? meta : meta.From(4);
        List<string> keys = [];
        foreach (var box in new BoxWalk(boxes))
        {
            if (box.Is("keys"u8))
                keys = ReadKeys(box.Content);
        }

        foreach (var box in new BoxWalk(boxes))
        {
            if (box.Is("ilst"u8))
                ReadValues(box.Content, keys, texts);
        }
    }

    private static List<string> ReadKeys(ReadOnlySpan<byte> table)
    {
        List<string> keys = [];
        foreach (var key in new BoxWalk(table.From(8)))
            keys.Add(Encoding.UTF8.GetString(key.Content));
        return keys;
    }

    private static void ReadValues(ReadOnlySpan<byte> list, List<string> keys, List<EmbeddedText> texts)
    {
        var rest = list;
        while (rest.Length > 8)
        {
            var item = rest.From(8, rest.Big32(0) - 8L);
            // A value's type is the number of its key, or four letters.
            var number = rest.Big32(4);
            var key = number >= 1 && number <= keys.Count ? keys[(int)number - 1] : Encoding.Latin1.GetString(rest[4..8]);
            foreach (var data in new BoxWalk(item))
            {
                if (data.Is("data"u8))
                    texts.Add(new(key, Encoding.UTF8.GetString(data.Content.From(8))));
            }

            rest = rest.From(8L + item.Length);
        }
    }

    private static void ReadItems(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        long start = 0;
        foreach (var box in new BoxWalk(file))
        {
            if (box.Is("meta"u8))
            {
                var header = file.From(start).Big32(0) == 1 ? 16 : 8;
                foreach (var item in PictureItems.Read(file.From(start, header + box.Content.Length), start, header) ?? [])
                {
                    // The offset of the EXIF precedes it.
                    var exif = file.From(item.Start, item.Length);
                    if (item.IsExif)
                        ExifTexts.Read(exif.From(4 + (long)exif.Big32(0)), texts);
                }
            }

            start += file.From(start).Big32(0) switch { 1 => (long)Math.Min(file.From(start).Big64(8), long.MaxValue / 2), 0 => file.Length, var size => size };
        }
    }
}
