using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>Reads the PNGs that people upload: eight bits per channel, not interlaced. Anything else is "no picture", for which callers paint one.</summary>
internal static class PngDecoder
{
    private const int MaxPixels = 64 * 1024 * 1024;

    public static Bitmap? TryDecode(byte[] file)
    {
        try
        {
            return Decode(file);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException or EndOfStreamException)
        {
            return null;
        }
    }

    private static Bitmap? Decode(byte[] file)
    {
        if (file.Length < 33 || file[0] != 0x89 || file[1] != 'P')
            return null;
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)));
        var (depth, type, interlaced) = (file[24], file[25], file[28] != 0);
        var channels = type switch { 0 => 1, 2 => 3, 3 => 1, 4 => 2, 6 => 4, _ => 0 };
        if (depth != 8 || channels == 0 || interlaced || width <= 0 || height <= 0 || (long)width * height > MaxPixels)
            return null;

        using var compressed = new MemoryStream();
        var colors = Array.Empty<byte>();
        for (var position = 8; position + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(position));
            var data = file.AsSpan(position + 8, length);
            switch (Encoding.ASCII.GetString(file, position + 4, 4))
            {
                case "IDAT":
                    compressed.Write(data);
                    break;
                case "PLTE":
                    colors = data.ToArray();
                    break;
            }

            position += length + 12;
        }

        compressed.Position = 0;
        var samples = Unfilter(compressed, width, height, channels);
        return ToBitmap(samples, width, height, channels, type == 3 ? colors : null);
    }

    private static byte[] Unfilter(Stream compressed, int width, int height, int channels)
    {
        var stride = width * channels;
        var samples = new byte[height * stride];
        using var zlib = new ZLibStream(compressed, CompressionMode.Decompress);
        for (var y = 0; y < height; y++)
        {
            var filter = zlib.ReadByte();
            var row = samples.AsSpan(y * stride, stride);
            zlib.ReadExactly(row);
            var above = y == 0 ? default : samples.AsSpan((y - 1) * stride, stride);
            for (var i = 0; i < stride; i++)
            {
                var left = i < channels ? 0 : row[i - channels];
                var up = above.IsEmpty ? 0 : above[i];
                var corner = above.IsEmpty || i < channels ? 0 : above[i - channels];
                row[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
            }
        }

        return samples;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var estimate = left + up - corner;
        var (dl, du, dc) = (Math.Abs(estimate - left), Math.Abs(estimate - up), Math.Abs(estimate - corner));
        if (dl <= du && dl <= dc)
            return left;
        return du <= dc ? up : corner;
    }

    private static Bitmap ToBitmap(byte[] samples, int width, int height, int channels, byte[]? colors)
    {
        var alpha = channels is 2 or 4 ? new byte[width * height] : null;
        var bitmap = new Bitmap(width, height) { Alpha = alpha };
        for (var i = 0; i < width * height; i++)
        {
            var source = samples.AsSpan(i * channels, channels);
            var target = bitmap.Rgb.AsSpan(i * 3, 3);
            if (colors is not null)
                colors.AsSpan(source[0] * 3, 3).CopyTo(target);
            else if (channels <= 2)
                target.Fill(source[0]);
            else
                source[..3].CopyTo(target);
            if (alpha is not null)
                alpha[i] = source[^1];
        }

        return bitmap;
    }
}
