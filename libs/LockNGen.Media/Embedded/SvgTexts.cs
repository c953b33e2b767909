using System.Text;
using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>SVG: JSON in a <c>CDATA</c> section of <c>metadata</c>.</summary>
internal static class SvgTexts
{
    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (file.From(0, 4096).IndexOf("<svg"u8) < 0 || file.IndexOf("<metadata>"u8) is not (>= 0 and var start))
            return;
        var metadata = file[start..];
        var (begin, end) = (metadata.IndexOf("<![CDATA["u8), metadata.IndexOf("]]>"u8));
        if (begin >= 0 && end > begin)
            texts.Add(new("", Encoding.UTF8.GetString(metadata[(begin + 9)..end])));
    }
}
