using System.Buffers.Binary;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// Takes the workflow out of finished pictures. ComfyUI writes it into text chunks of PNG, into a private chunk of animated PNG, and into
/// the EXIF data of WebP. Pictures that cannot be read as what they claim to be are passed on as they are.
/// </summary>
internal static class ImageMetadata
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static byte[] Strip(byte[] file)
    {
        if (file.AsSpan().StartsWith(PngSignature))
            return StripPng(file) ?? file;
        return file.Length > 12 && file.AsSpan().StartsWith("RIFF"u8) && file.AsSpan(8).StartsWith("WEBP"u8) ? StripWebP(file) ?? file : file;
    }

    // Length, type, data, CRC.
    private static byte[]? StripPng(byte[] file)
    {
        using var result = new MemoryStream(file.Length);
        result.Write(PngSignature);
        for (var at = PngSignature.Length; at < file.Length;)
        {
            if (file.Length - at < 12)
                return null;
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
                return null;
            var chunk = file.AsSpan(at, 12 + (int)length);
            if (!IsText(chunk.Slice(4, 4)))
                result.Write(chunk);
            at += chunk.Length;
        }

        return result.ToArray();
    }

    private static bool IsText(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8) || type.SequenceEqual("iTXt"u8)
        || type.SequenceEqual("eXIf"u8) || type.SequenceEqual("comf"u8);

    // FourCC, length, data, padding to even; VP8X has flags that announce EXIF and XMP.
    private static byte[]? StripWebP(byte[] file)
    {
        using var result = new MemoryStream(file.Length);
        result.Write(file.AsSpan(0, 12));
        for (var at = 12; at < file.Length;)
        {
            if (file.Length - at < 8)
                return null;
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4));
            var padded = (long)length + (length & 1);
            if (length > file.Length - at - 8)
                return null;
            var chunk = file.AsSpan(at, (int)Math.Min(8 + padded, file.Length - at)).ToArray();
            at += chunk.Length;
            if (chunk.AsSpan().StartsWith("EXIF"u8) || chunk.AsSpan().StartsWith("XMP "u8))
                continue;
            if (chunk.AsSpan().StartsWith("VP8X"u8) && chunk.Length > 8)
                chunk[8] &= unchecked((byte)~0b0000_1100);
            result.Write(chunk);
        }

        var stripped = result.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(stripped.AsSpan(4), (uint)stripped.Length - 8);
        return stripped;
    }
}
