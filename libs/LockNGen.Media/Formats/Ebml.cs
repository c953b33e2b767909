using System.Numerics;

namespace LockNGen.Media.Formats;

/// <summary>The elements that WebM and Matroska are made of (RFC 8794), in memory.</summary>
internal static class Ebml
{
    public const uint Header = 0x1A45DFA3;

    /// <summary>Leading zeros give the length of an id or size; a size of all ones is unknown.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> elements, out uint id, out ReadOnlySpan<byte> content)
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
        elements = rest[content.Length..];
        return true;
    }

    private static int LengthOf(byte first) => BitOperations.LeadingZeroCount((uint)first) - 24 + 1;

    public static ulong Number(ReadOnlySpan<byte> bytes)
    {
        var number = 0UL;
        foreach (var value in bytes)
            number = (number << 8) | value;
        return number;
    }
}
