using System.Text;
using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>MP3: user-defined texts (<c>TXXX</c>) in the ID3 tag at the beginning.</summary>
internal static class Mp3Texts
{
    private const int HeaderLength = 10;
    private const int Version4 = 4;

    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (!file.StartsWith("ID3"u8))
            return;
        var version = file.Byte(3);
        var rest = file.From(HeaderLength, SevenBits(file.Big32(6)));
        while (rest.Length > HeaderLength && rest[0] != 0)
        {
            var frame = rest.From(HeaderLength, version >= Version4 ? SevenBits(rest.Big32(4)) : rest.Big32(4));
            if (rest.StartsWith("TXXX"u8))
                Add(frame, texts);
            rest = rest.From(HeaderLength + (long)frame.Length);
        }
    }

    private static void Add(ReadOnlySpan<byte> frame, List<EmbeddedText> texts)
    {
        var encoding = frame.Byte(0) switch { 1 => Encoding.Unicode, 2 => Encoding.BigEndianUnicode, 3 => Encoding.UTF8, _ => Encoding.Latin1 };
        var parts = encoding.GetString(frame.From(1)).Split('\0', 2);
        if (parts.Length == 2)
            texts.Add(new(parts[0].TrimStart('\uFEFF'), parts[1].TrimStart('\uFEFF').TrimEnd('\0')));
    }

    private static long SevenBits(uint number) =>
        (number & 0x7F) | ((number >> 1) & 0x3F80) | ((number >> 2) & 0x1FC000) | ((number >> 3) & 0xFE00000);
}
