using System.Text;
using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>EXIF: ComfyUI writes <c>prompt:{...}</c> and <c>workflow:{...}</c> into tags that are meant for cameras.</summary>
internal static class ExifTexts
{
    private const ushort Ascii = 2;
    private const int EntryLength = 12;
    private const int LongestKey = 40;
    private const int MostEntries = 1000;

    public static void Read(ReadOnlySpan<byte> exif, List<EmbeddedText> texts)
    {
        if (exif.StartsWith("Exif\0\0"u8))
            exif = exif[6..];
        var isBig = exif.StartsWith("MM"u8);
        if (!isBig && !exif.StartsWith("II"u8))
            return;
        var directory = exif.From(Number32(exif, 4, isBig));
        var count = Math.Min((int)Number16(directory, 0, isBig), MostEntries);
        for (var entry = 0; entry < count; entry++)
        {
            var at = directory.From(2 + (entry * EntryLength));
            if (Number16(at, 2, isBig) != Ascii)
                continue;
            var length = Number32(at, 4, isBig);
            var value = length <= 4 ? at.From(8, length) : exif.From(Number32(at, 8, isBig), length);
            Add(Encoding.UTF8.GetString(value).TrimEnd('\0'), texts);
        }
    }

    private static void Add(string text, List<EmbeddedText> texts)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var isKey = colon is > 0 and < LongestKey && text.AsSpan(0, colon).IndexOfAny(' ', '{', '"') < 0;
        texts.Add(isKey ? new(text[..colon], text[(colon + 1)..]) : new("", text));
    }

    private static ushort Number16(ReadOnlySpan<byte> bytes, long at, bool isBig) => isBig ? bytes.Big16(at) : bytes.Little16(at);

    private static uint Number32(ReadOnlySpan<byte> bytes, long at, bool isBig) => isBig ? bytes.Big32(at) : bytes.Little32(at);
}
