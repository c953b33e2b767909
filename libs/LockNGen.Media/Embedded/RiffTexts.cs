using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>WebP: a chunk with EXIF.</summary>
internal static class RiffTexts
{
    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (!file.StartsWith("RIFF"u8) || !file.Has(8, "WEBP"u8))
            return;
        var rest = file.From(12);
        while (rest.Length > 8)
        {
            var data = rest.From(8, rest.Little32(4));
            if (rest.StartsWith("EXIF"u8))
                ExifTexts.Read(data, texts);
            rest = rest.From(8L + data.Length + (data.Length & 1));
        }
    }
}
