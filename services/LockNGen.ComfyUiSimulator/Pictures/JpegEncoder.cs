namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>Baseline JPEG (ITU-T T.81), full chroma resolution, with the standard's example tables.</summary>
internal static class JpegEncoder
{
    private static readonly byte[] ZigZag =
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private static readonly byte[] LuminanceQuantization =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ];

    private static readonly byte[] ChrominanceQuantization =
    [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ];

    private static readonly float[] Cosines = CreateCosines();

    /// <summary>The whole file.</summary>
    /// <param name="bitmap">The picture; alpha is ignored.</param>
    /// <param name="quality">1 to 100, as in libjpeg; ComfyUI's previews use 95.</param>
    public static byte[] Encode(Bitmap bitmap, int quality)
    {
        var luminance = Scale(LuminanceQuantization, quality);
        var chrominance = Scale(ChrominanceQuantization, quality);
        using var output = new MemoryStream();
        WriteHeaders(output, bitmap, luminance, chrominance);

        var bits = new JpegBitWriter(output);
        var block = new float[64];
        Span<int> previousDc = stackalloc int[3];
        for (var y = 0; y < bitmap.Height; y += 8)
        {
            for (var x = 0; x < bitmap.Width; x += 8)
            {
                for (var component = 0; component < 3; component++)
                {
                    ReadBlock(bitmap, x, y, component, block);
                    Transform(block);
                    previousDc[component] = component == 0
                        ? bits.WriteBlock(Quantize(block, luminance), previousDc[component], JpegHuffman.LuminanceDc, JpegHuffman.LuminanceAc)
                        : bits.WriteBlock(Quantize(block, chrominance), previousDc[component], JpegHuffman.ChrominanceDc, JpegHuffman.ChrominanceAc);
                }
            }
        }

        bits.Flush();
        output.Write([0xFF, 0xD9]);
        return output.ToArray();
    }

    private static void WriteHeaders(MemoryStream output, Bitmap bitmap, byte[] luminance, byte[] chrominance)
    {
        output.Write([0xFF, 0xD8]);
        WriteSegment(output, 0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
        WriteSegment(output, 0xDB, [0, .. ZigZag.Select(i => luminance[i])]);
        WriteSegment(output, 0xDB, [1, .. ZigZag.Select(i => chrominance[i])]);
        WriteSegment(output, 0xC0,
        [
            8, (byte)(bitmap.Height >> 8), (byte)bitmap.Height, (byte)(bitmap.Width >> 8), (byte)bitmap.Width, 3,
            1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1,
        ]);
        WriteSegment(output, 0xC4, [0x00, .. JpegHuffman.LuminanceDc.Definition]);
        WriteSegment(output, 0xC4, [0x10, .. JpegHuffman.LuminanceAc.Definition]);
        WriteSegment(output, 0xC4, [0x01, .. JpegHuffman.ChrominanceDc.Definition]);
        WriteSegment(output, 0xC4, [0x11, .. JpegHuffman.ChrominanceAc.Definition]);
        WriteSegment(output, 0xDA, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
    }

    private static void WriteSegment(MemoryStream output, byte marker, byte[] data)
    {
        var length = data.Length + 2;
        output.Write([0xFF, marker, (byte)(length >> 8), (byte)length]);
        output.Write(data);
    }

    private static byte[] Scale(byte[] table, int quality)
    {
        var factor = quality < 50 ? 5000 / Math.Max(1, quality) : 200 - (Math.Min(100, quality) * 2);
        return [.. table.Select(q => (byte)Math.Clamp(((q * factor) + 50) / 100, 1, 255))];
    }

    /// <summary>One 8×8 block of Y, Cb or Cr, centred on zero; edge pixels repeat beyond the picture.</summary>
    private static void ReadBlock(Bitmap bitmap, int left, int top, int component, float[] block)
    {
        for (var i = 0; i < 64; i++)
        {
            var x = Math.Min(left + (i & 7), bitmap.Width - 1);
            var y = Math.Min(top + (i >> 3), bitmap.Height - 1);
            var p = ((y * bitmap.Width) + x) * 3;
            float r = bitmap.Rgb[p], g = bitmap.Rgb[p + 1], b = bitmap.Rgb[p + 2];
            block[i] = component switch
            {
                0 => (0.299f * r) + (0.587f * g) + (0.114f * b) - 128,
                1 => (-0.168736f * r) - (0.331264f * g) + (0.5f * b),
                _ => (0.5f * r) - (0.418688f * g) - (0.081312f * b),
            };
        }
    }

    /// <summary>The forward discrete cosine transform, rows then columns.</summary>
    private static void Transform(float[] block)
    {
        Span<float> rows = stackalloc float[64];
        for (var y = 0; y < 8; y++)
        {
            for (var u = 0; u < 8; u++)
            {
                var sum = 0f;
                for (var x = 0; x < 8; x++)
                    sum += block[(y * 8) + x] * Cosines[(u * 8) + x];
                rows[(y * 8) + u] = sum;
            }
        }

        for (var u = 0; u < 8; u++)
        {
            for (var v = 0; v < 8; v++)
            {
                var sum = 0f;
                for (var y = 0; y < 8; y++)
                    sum += rows[(y * 8) + u] * Cosines[(v * 8) + y];
                block[(v * 8) + u] = sum;
            }
        }
    }

    private static int[] Quantize(float[] block, byte[] table)
    {
        var result = new int[64];
        for (var i = 0; i < 64; i++)
            result[i] = (int)MathF.Round(block[ZigZag[i]] / table[ZigZag[i]]);
        return result;
    }

    private static float[] CreateCosines()
    {
        var table = new float[64];
        for (var u = 0; u < 8; u++)
        {
            var scale = u == 0 ? MathF.Sqrt(1f / 8) : 0.5f;
            for (var x = 0; x < 8; x++)
                table[(u * 8) + x] = scale * MathF.Cos(((2 * x) + 1) * u * MathF.PI / 16);
        }

        return table;
    }
}
