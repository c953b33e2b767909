using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

internal static class Picture
{
    /// <summary>A small picture that ComfyUI can load.</summary>
    public static byte[] Of(byte shade)
    {
        var zlib = new MemoryStream();
        using (var deflate = new ZLibStream(zlib, CompressionMode.Compress))
        {
            for (var row = 0; row < 8; row++)
                deflate.Write([0, .. Enumerable.Repeat(shade, 8 * 3)]);
        }

        return
        [
            0x89, .. "PNG"u8, 0x0D, 0x0A, 0x1A, 0x0A,
            .. Chunk("IHDR", [0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0]), .. Chunk("IDAT", zlib.ToArray()), .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var crc = uint.MaxValue;
        foreach (var value in body)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        byte[] chunk = [0, 0, 0, 0, .. body, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), ~crc);
        return chunk;
    }
}
