namespace LockNGen.GenerationApi.Images;

/// <summary>The pixels of a picture with 8 bits a channel: 1 grey, 3 RGB or 4 RGBA.</summary>
internal sealed record PngPicture(int Width, int Height, int Channels, byte[] Pixels)
{
    /// <summary>Larger pictures are not scaled.</summary>
    public const int MaxPixels = 32_000_000;

    /// <summary>Reads a PNG; null when it is damaged or of a kind that is not read here (palette, interlaced, 16 bits).</summary>
    public static Task<PngPicture?> ReadAsync(Stream png, CancellationToken cancellationToken) => PngReader.ReadAsync(png, cancellationToken);

    /// <summary>Writes it as PNG.</summary>
    public void Write(Stream png) => PngWriter.Write(this, png);

    /// <summary>The picture with its longer side of this length, each pixel the mean of those that it stands for.</summary>
    public PngPicture ScaledTo(int longerSide)
    {
        var scale = Math.Min(1.0, longerSide / (double)Math.Max(Width, Height));
        var (width, height) = (Math.Max(1, (int)Math.Round(Width * scale)), Math.Max(1, (int)Math.Round(Height * scale)));
        var pixels = new byte[width * height * Channels];
        Span<long> sums = stackalloc long[Channels];
        for (var y = 0; y < height; y++)
        {
            var (top, bottom) = (y * Height / height, Math.Max((y * Height / height) + 1, (y + 1) * Height / height));
            for (var x = 0; x < width; x++)
            {
                var (left, right) = (x * Width / width, Math.Max((x * Width / width) + 1, (x + 1) * Width / width));
                sums.Clear();
                for (var row = top; row < bottom; row++)
                {
                    for (var i = ((row * Width) + left) * Channels; i < ((row * Width) + right) * Channels; i += Channels)
                    {
                        for (var channel = 0; channel < Channels; channel++)
                            sums[channel] += Pixels[i + channel];
                    }
                }

                for (var channel = 0; channel < Channels; channel++)
                    pixels[(((y * width) + x) * Channels) + channel] = (byte)(sums[channel] / ((bottom - top) * (right - left)));
            }
        }

        return new PngPicture(width, height, Channels, pixels);
    }
}
