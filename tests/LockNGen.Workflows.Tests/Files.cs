using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LockNGen.Workflows.Tests;

/// <summary>Small files with a text in them.</summary>
internal static class Files
{
    public static byte[] Png(string chunk, string key, string text)
    {
        byte[] value = chunk switch
        {
            "zTXt" => [0, .. Deflated(text)],
            "iTXt" => [1, 0, 0, 0, .. Deflated(text)],
            _ => Encoding.UTF8.GetBytes(text),
        };
        return
        [
            0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10,
            .. Chunk("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]),
            .. Chunk(chunk, [.. Encoding.Latin1.GetBytes(key), 0, .. value]),
            .. Chunk("IEND", []),
        ];
    }

    /// <summary>EXIF with one text, in the tag for the model of a camera.</summary>
    public static byte[] Exif(string text, bool isBigEndian)
    {
        var value = Encoding.UTF8.GetBytes(text + '\0');
        return
        [
            .. isBigEndian ? "MM"u8 : "II"u8, .. Number16(42), .. Number32(8),
            .. Number16(1), .. Number16(0x0110), .. Number16(2), .. Number32(value.Length), .. Number32(26), .. Number32(0), .. value,
        ];

        byte[] Number16(int number) => isBigEndian ? [(byte)(number >> 8), (byte)number] : [(byte)number, (byte)(number >> 8)];
        byte[] Number32(int number) => isBigEndian ? [.. Number16(number >> 16), .. Number16(number & 0xFFFF)] : [.. Number16(number & 0xFFFF), .. Number16(number >> 16)];
    }

    public static byte[] WebP(byte[] exif)
    {
        byte[] chunks = [.. "WEBPVP8X"u8, 10, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. "EXIF"u8, .. Little(exif.Length), .. exif];
        return [.. "RIFF"u8, .. Little(chunks.Length), .. chunks];
    }

    public static byte[] Jpeg(byte[] exif)
    {
        byte[] segment = [.. "Exif\0\0"u8, .. exif];
        return [0xFF, 0xD8, 0xFF, 0xE1, (byte)((segment.Length + 2) >> 8), (byte)(segment.Length + 2), .. segment, 0xFF, 0xDA, 0, 2];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        // The checksum is not checked here.
        return [.. length, .. Encoding.Latin1.GetBytes(type), .. data, 0, 0, 0, 0];
    }

    private static byte[] Little(int number) => [(byte)number, (byte)(number >> 8), (byte)(number >> 16), (byte)(number >> 24)];

    private static byte[] Deflated(string text)
    {
        var deflated = new MemoryStream();
        using (var stream = new ZLibStream(deflated, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(Encoding.UTF8.GetBytes(text));
        return deflated.ToArray();
    }
}
