using System.Buffers.Binary;

namespace LockNGen.Media.Metadata;

/// <summary>Tags after the audio: ID3v1, and APEv2, whose footer has its length.</summary>
internal static class TrailingTags
{
    private const int Id3V1Length = 128;
    private const int ApeFooterLength = 32;
    private const int ApeSizeAt = 12;
    private const int ApeFlagsAt = 20;
    private const uint ApeHasHeader = 0x80000000;

    /// <summary>The length of a file's last tag, which may exceed the bytes given; 0 if there is none.</summary>
    public static long LengthAtEnd(ReadOnlySpan<byte> end)
    {
        if (end.Length >= Id3V1Length && end[^Id3V1Length..].StartsWith("TAG"u8))
            return Id3V1Length;
        if (end.Length < ApeFooterLength)
            return 0;
        var footer = end[^ApeFooterLength..];
        if (!footer.StartsWith("APETAGEX"u8))
            return 0;
        // The size includes the footer but not the header.
        var hasHeader = (BinaryPrimitives.ReadUInt32LittleEndian(footer[ApeFlagsAt..]) & ApeHasHeader) != 0;
        return Math.Max(ApeFooterLength, (long)BinaryPrimitives.ReadUInt32LittleEndian(footer[ApeSizeAt..])) + (hasHeader ? ApeFooterLength : 0);
    }
}
