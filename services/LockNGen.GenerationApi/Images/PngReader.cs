using System.Buffers.Binary;
using System.IO.Compression;

namespace LockNGen.GenerationApi.Images;

/// <summary>Reads the PNGs that ComfyUI writes: 8 bits a channel, not interlaced, no palette (PNG specification, 3rd edition).</summary>
internal static class PngReader
{
    public static async Task<PngPicture?> ReadAsync(Stream png, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await png.CopyToAsync(buffer, cancellationToken);
        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        try
        {
            return Read(bytes);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    private static PngPicture? Read(ReadOnlyMemory<byte> png)
    {
        var header = png.Span[16..29];
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        var channels = header[9] switch { 0 => 1, 2 => 3, 6 => 4, _ => 0 };
        if (header[8] != 8 || channels == 0 || header[12] != 0 || width <= 0 || height <= 0 || (long)width * height > PngPicture.MaxPixels)
            return null;

        using var compressed = new MemoryStream();
        for (var i = 8; i + 12 <= png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.Span[i..]);
            if (png.Span.Slice(i + 4, 4).SequenceEqual("IDAT"u8))
                compressed.Write(png.Span.Slice(i + 8, length));
            i = checked(i + 12 + Math.Max(0, length));
        }

        compressed.Position = 0;
        using var rows = new ZLibStream(compressed, CompressionMode.Decompress);
        return new PngPicture(width, height, channels, Unfilter(rows, width * channels, height, channels));
    }

    /// <summary>Each row is stored as the difference to a prediction from its neighbours.</summary>
    private static byte[] Unfilter(Stream rows, int stride, int height, int channels)
    {
        var pixels = new byte[stride * height];
        Span<byte> filter = stackalloc byte[1];
        var above = new byte[stride].AsSpan();
        for (var y = 0; y < height; y++)
        {
            rows.ReadExactly(filter);
            var row = pixels.AsSpan(y * stride, stride);
            rows.ReadExactly(row);
            for (var i = 0; i < stride; i++)
            {
                var left = i < channels ? 0 : row[i - channels];
                var aboveLeft = i < channels ? 0 : above[i - channels];
                row[i] += (byte)(filter[0] switch
                {
                    0 => 0,
                    1 => left,
                    2 => above[i],
                    3 => (left + above[i]) / 2,
                    4 => Paeth(left, above[i], aboveLeft),
                    _ => throw new InvalidDataException("Unknown PNG filter."),
                });
            }

            above = row;
        }

        return pixels;
    }

    private static int Paeth(int left, int above, int aboveLeft)
    {
        var estimate = left + above - aboveLeft;
        var (byLeft, byAbove, byAboveLeft) = (Math.Abs(estimate - left), Math.Abs(estimate - above), Math.Abs(estimate - aboveLeft));
        return byLeft <= byAbove && byLeft <= byAboveLeft ? left : byAbove <= byAboveLeft ? above : aboveLeft;
    }
}
