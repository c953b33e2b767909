using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>PNG (and animated PNG) with text chunks, as ComfyUI's SaveImage writes them.</summary>
internal static class PngEncoder
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The whole file.</summary>
    /// <param name="bitmap">RGB, or RGBA if it has an alpha plane.</param>
    /// <param name="text">Keyword and text of <c>tEXt</c> chunks, e.g. <c>prompt</c> and <c>workflow</c>.</param>
    public static byte[] Encode(Bitmap bitmap, IEnumerable<KeyValuePair<string, string>>? text = null)
    {
        using var png = Start(bitmap, text);
        WriteChunk(png, "IDAT", Compress(bitmap));
        WriteChunk(png, "IEND", []);
        return png.ToArray();
    }

    /// <summary>An endless animation of frames of equal size.</summary>
    public static byte[] EncodeAnimation(IReadOnlyList<Bitmap> frames, double framesPerSecond, IEnumerable<KeyValuePair<string, string>>? text = null)
    {
        using var png = Start(frames[0], text);
        Span<byte> control = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(control, (uint)frames.Count);
        BinaryPrimitives.WriteUInt32BigEndian(control[4..], 0);
        WriteChunk(png, "acTL", control);

        var sequence = 0u;
        for (var i = 0; i < frames.Count; i++)
        {
            WriteChunk(png, "fcTL", FrameControl(frames[i], sequence++, framesPerSecond));
            var data = Compress(frames[i]);
            if (i == 0)
            {
                WriteChunk(png, "IDAT", data);
                continue;
            }

            var numbered = new byte[data.Length + 4];
            BinaryPrimitives.WriteUInt32BigEndian(numbered, sequence++);
            data.CopyTo(numbered, 4);
            WriteChunk(png, "fdAT", numbered);
        }

        WriteChunk(png, "IEND", []);
        return png.ToArray();
    }

    private static MemoryStream Start(Bitmap bitmap, IEnumerable<KeyValuePair<string, string>>? text)
    {
        var png = new MemoryStream();
        png.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, bitmap.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], bitmap.Height);
        header[8] = 8;
        header[9] = (byte)(bitmap.Alpha is null ? 2 : 6);
        header[10..].Clear();
        WriteChunk(png, "IHDR", header);
        foreach (var (keyword, value) in text ?? [])
            WriteChunk(png, "tEXt", Encoding.Latin1.GetBytes(keyword + "\0" + value));
        return png;
    }

    private static byte[] FrameControl(Bitmap frame, uint sequence, double framesPerSecond)
    {
        var control = new byte[26];
        BinaryPrimitives.WriteUInt32BigEndian(control, sequence);
        BinaryPrimitives.WriteInt32BigEndian(control.AsSpan(4), frame.Width);
        BinaryPrimitives.WriteInt32BigEndian(control.AsSpan(8), frame.Height);
        BinaryPrimitives.WriteUInt16BigEndian(control.AsSpan(20), (ushort)Math.Clamp(1000 / framesPerSecond, 1, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16BigEndian(control.AsSpan(22), 1000);
        return control;
    }

    private static byte[] Compress(Bitmap bitmap)
    {
        var channels = bitmap.Alpha is null ? 3 : 4;
        var row = new byte[1 + (bitmap.Width * channels)];
        var previous = new byte[row.Length];
        var current = new byte[row.Length];
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < bitmap.Height; y++)
            {
                ReadRow(bitmap, y, current);
                // Filter 2, "up": neighbouring rows of a landscape are nearly equal.
                row[0] = 2;
                for (var i = 1; i < row.Length; i++)
                    row[i] = (byte)(current[i] - previous[i]);
                zlib.Write(row);
                (previous, current) = (current, previous);
            }
        }

        return compressed.ToArray();
    }

    private static void ReadRow(Bitmap bitmap, int y, byte[] row)
    {
        if (bitmap.Alpha is null)
        {
            bitmap.Rgb.AsSpan(y * bitmap.Width * 3, bitmap.Width * 3).CopyTo(row.AsSpan(1));
            return;
        }

        for (var x = 0; x < bitmap.Width; x++)
        {
            var pixel = (y * bitmap.Width) + x;
            bitmap.Rgb.AsSpan(pixel * 3, 3).CopyTo(row.AsSpan(1 + (x * 4)));
            row[4 + (x * 4)] = bitmap.Alpha[pixel];
        }
    }

    private static void WriteChunk(MemoryStream png, string type, ReadOnlySpan<byte> data)
    {
        var typed = new byte[4 + data.Length];
        Encoding.ASCII.GetBytes(type, typed);
        data.CopyTo(typed.AsSpan(4));
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(typed);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(typed));
        png.Write(number);
    }
}
