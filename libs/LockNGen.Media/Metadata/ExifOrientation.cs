using System.Buffers.Binary;

namespace LockNGen.Media.Metadata;

/// <summary>The EXIF tag that says which way up a picture is shown.</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;
    private const int EntryLength = 12;

    /// <summary>What precedes it in JPEG.</summary>
    public static ReadOnlySpan<byte> Signature => "Exif\0\0"u8;

    /// <summary>A directory with nothing in it, big-endian: decoders reject invalid EXIF.</summary>
    public static ReadOnlySpan<byte> Nothing => [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0];

    /// <summary>1 to 8; 0 if absent.</summary>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8)))
            return 0;
        var little = tiff[0] == 'I';
        var at = (long)Number32(tiff[4..], little);
        if (at + 2 > tiff.Length)
            return 0;
        var count = Number16(tiff[(int)at..], little);
        for (at += 2; count > 0 && at + EntryLength <= tiff.Length; count--, at += EntryLength)
        {
            if (Number16(tiff[(int)at..], little) == Tag)
                return Number16(tiff[(int)(at + 8)..], little) is >= 1 and <= 8 and var orientation ? orientation : 0;
        }

        return 0;
    }

    /// <summary>A directory with nothing else: big-endian, one entry, one short number.</summary>
    public static byte[] Write(int orientation) =>
        [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, Tag >> 8, Tag & 0xFF, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    private static ushort Number16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Number32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
