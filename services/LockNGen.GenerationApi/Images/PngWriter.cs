using System.Buffers.Binary;
using System.IO.Compression;

namespace LockNGen.GenerationApi.Images;

/// <summary>Writes a small PNG: one compressed chunk, each row as the difference to the one above.</summary>
internal static class PngWriter
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    public static void Write(PngPicture picture, Stream png)
    {
        png.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Height);
        header[8] = 8;
        header[9] = picture.Channels switch { 1 => 0, 3 => 2, _ => 6 };
        WriteChunk(png, "IHDR"u8, header);
        WriteChunk(png, "IDAT"u8, Compress(picture));
        WriteChunk(png, "IEND"u8, []);
    }

    private static byte[] Compress(PngPicture picture)
    {
        const byte FilterUp = 2;
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var stride = picture.Width * picture.Channels;
            var line = new byte[stride + 1];
            line[0] = FilterUp;
            for (var y = 0; y < picture.Height; y++)
            {
                for (var i = 0; i < stride; i++)
                    line[i + 1] = (byte)(picture.Pixels[(y * stride) + i] - (y == 0 ? 0 : picture.Pixels[((y - 1) * stride) + i]));
                zlib.Write(line);
            }
        }

        return compressed.ToArray();
    }

    private static void WriteChunk(Stream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        png.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            crc = CrcTable[(crc ^ b) & 0xFF] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint n = 0; n < table.Length; n++)
        {
            var c = n;
            for (var bit = 0; bit < 8; bit++)
                c = (c & 1) == 0 ? c >> 1 : 0xEDB88320 ^ (c >> 1);
            table[n] = c;
        }

        return table;
    }
}
