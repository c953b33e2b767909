using System.Buffers.Binary;

namespace LockNGen.Media.Metadata;

/// <summary>Tags behind the sound: ID3v1, and APEv2, whose footer tells how long it is.</summary>
internal static class TrailingTags
{
    private const int Id3V1Length = 128;
    private const int ApeFooterLength = 32;
    private const int ApeSizeAt = 12;
    private const int ApeFlagsAt = 20;
    private const uint ApeHasHeader = 0x80000000;

    /// <summary>How long the last tag of a file is, which may be more than is given of the file; 0 if it ends with none.</summary>
    public static long LengthAtEnd(ReadOnlySpan<byte> end)
    {
        if (end.Length >= Id3V1Length && end[^Id3V1Length..].StartsWith("TAG"u8))
            return Id3V1Length;
        if (end.Length < ApeFooterLength)
            return 0;
        var footer = end[^ApeFooterLength..];
        if (!footer.StartsWith("APETAGEX"u8))
            return 0;
        // The size counts the footer and not the header.
        var hasHeader = (BinaryPrimitives.ReadUInt32LittleEndian(footer[ApeFlagsAt..]) & ApeHasHeader) != 0;
        return Math.Max(ApeFooterLength, (long)BinaryPrimitives.ReadUInt32LittleEndian(footer[ApeSizeAt..])) + (hasHeader ? ApeFooterLength : 0);
    }
}
