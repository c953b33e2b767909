using System.Numerics;
using System.Text;
using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>WebM and Matroska: tags with a name and a text.</summary>
internal static class MatroskaTexts
{
    private const uint EbmlHeader = 0x1A45DFA3;
    private const uint Segment = 0x18538067;
    private const uint Tags = 0x1254C367;
    private const uint Tag = 0x7373;
    private const uint SimpleTag = 0x67C8;
    private const uint TagName = 0x45A3;
    private const uint TagString = 0x4487;
    private const int Deepest = 8;

    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (file.Big32(0) == EbmlHeader)
            Walk(file, texts, 0);
    }

    private static void Walk(ReadOnlySpan<byte> elements, List<EmbeddedText> texts, int depth)
    {
        var (name, text) = ("", (string?)null);
        while (depth < Deepest && Take(ref elements, out var id, out var content))
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

    private static bool Take(ref ReadOnlySpan<byte> elements, out uint id, out ReadOnlySpan<byte> content)
    {
        id = 0;
        content = default;
        var idLength = LengthOf(elements.Byte(0));
        var sizeLength = LengthOf(elements.Byte(idLength));
        if (idLength > 4 || sizeLength > 8 || elements.Length < idLength + sizeLength)
            return false;
        id = (uint)Number(elements[..idLength]);
        var unknown = (1UL << (7 * sizeLength)) - 1;
        var size = Number(elements.From(idLength, sizeLength)) & unknown;
        var rest = elements[(idLength + sizeLength)..];
        content = size == unknown ? rest : rest.From(0, (long)size);
        // Of a size that is not known, what is inside follows at this level.
        elements = size == unknown ? default : rest[content.Length..];
        return true;
    }

    private static int LengthOf(byte first) => BitOperations.LeadingZeroCount((uint)first) - 24 + 1;

    private static ulong Number(ReadOnlySpan<byte> bytes)
    {
        var number = 0UL;
        foreach (var value in bytes)
            number = (number << 8) | value;
        return number;
    }
}
