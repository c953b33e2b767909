using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>JPEG: a segment with EXIF, as extensions of ComfyUI write it.</summary>
internal static class JpegTexts
{
    private const byte Exif = 0xE1;
    private const byte Picture = 0xDA;

    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (file.Big16(0) != 0xFFD8)
            return;
        var rest = file.From(2);
        while (rest.Byte(0) == 0xFF && rest.Byte(1) != Picture && rest.Length > 4)
        {
            var data = rest.From(4, rest.Big16(2) - 2);
            if (rest.Byte(1) == Exif && data.StartsWith("Exif\0\0"u8))
                ExifTexts.Read(data, texts);
            rest = rest.From(2L + Math.Max((int)rest.Big16(2), 2));
        }
    }
}
