using System.Text;
using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>WebM and Matroska: tags with a name and a text.</summary>
internal static class MatroskaTexts
{
    private const uint Segment = 0x18538067;
    private const uint Tags = 0x1254C367;
    private const uint Tag = 0x7373;
    private const uint SimpleTag = 0x67C8;
    private const uint TagName = 0x45A3;
    private const uint TagString = 0x4487;
    private const int Deepest = 8;

    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (file.Big32(0) == Ebml.Header)
            Walk(file, texts, 0);
    }

    private static void Walk(ReadOnlySpan<byte> elements, List<EmbeddedText> texts, int depth)
    {
        var (name, text) = ("", (string?)null);
        while (depth < Deepest && Ebml.TryTake(ref elements, out var id, out var content))
        {
            if (id is Segment or Tags or Tag or SimpleTag)
                Walk(content, texts, depth + 1);
            else if (id == TagName)
                name = Encoding.UTF8.GetString(content).TrimEnd('\0');
            else if (id == TagString)
                text = Encoding.UTF8.GetString(content).TrimEnd('\0');
        }

        if (text is not null)
            texts.Add(new(name, text));
    }
}
