using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>
/// Pictures that start with a signature: PNG (third edition), JPEG (ITU T.81), WebP (RFC 9649), GIF89a, BMP, TIFF 6.0, JPEG XL (ISO
/// 18181-2), OpenEXR.
/// </summary>
internal static class PictureFormats
{
    public static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static MediaInfo? Read(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(PngSignature))
            return new(MediaType.Png, HeadBytes.Pixels(head.Big32(16)), HeadBytes.Pixels(head.Big32(20)));
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return JpegFormat.Read(head);
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
            return new(MediaType.Gif, head.Little16(6), head.Little16(8));
        if (head.StartsWith("RIFF"u8) && head.Has(8, "WEBP"u8))
            return ReadWebP(head);
        // Reserved bytes are zero, and only a few header lengths exist: "BM" alone also starts ordinary texts.
        if (head.StartsWith("BM"u8) && head.Big32(6) == 0 && head.Little32(14) is 12 or 40 or 52 or 56 or 108 or 124)
            return ReadBmp(head);
        if (head.StartsWith("II*\0"u8) || head.StartsWith("II+\0"u8) || head.StartsWith("MM\0*"u8) || head.StartsWith("MM\0+"u8))
            return new(MediaType.Tiff);
        if (head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 0x0C, (byte)'J', (byte)'X', (byte)'L', (byte)' ', 0x0D, 0x0A, 0x87, 0x0A])
            || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]))
        {
            return new(MediaType.JpegXl);
        }

        return head.StartsWith((ReadOnlySpan<byte>)[0x76, 0x2F, 0x31, 0x01]) ? new(MediaType.Exr) : null;
    }

    private static MediaInfo ReadWebP(ReadOnlySpan<byte> head)
    {
        if (head.Has(12, "VP8X"u8))
            return new(MediaType.WebP, 1 + (int)(head.Little32(24) & 0xFF_FFFF), 1 + (int)(head.Little32(26) >> 8));
        if (head.Has(12, "VP8L"u8))
        {
            var bits = head.Little32(21);
            return new(MediaType.WebP, (int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }

        return new(MediaType.WebP, head.Little16(26) & 0x3FFF, head.Little16(28) & 0x3FFF);
    }

    private static MediaInfo ReadBmp(ReadOnlySpan<byte> head)
    {
        if (head.Little32(14) == 12)
            return new(MediaType.Bmp, head.Little16(18), head.Little16(20));
        // A negative height means that rows are stored from the top down.
        var height = unchecked((int)head.Little32(22));
        return new(MediaType.Bmp, HeadBytes.Pixels(head.Little32(18)), height == int.MinValue ? 0 : Math.Abs(height));
    }
}
