namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>Eight-bit RGB, row by row from the top, with an optional alpha plane.</summary>
internal sealed class Bitmap(int width, int height)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public byte[] Rgb { get; } = new byte[width * height * 3];

    public byte[]? Alpha { get; init; }

    public void Set(int x, int y, Color color)
    {
        var i = ((y * Width) + x) * 3;
        Rgb[i] = ToByte(color.R);
        Rgb[i + 1] = ToByte(color.G);
        Rgb[i + 2] = ToByte(color.B);
    }

    public Color Get(int x, int y)
    {
        var i = ((y * Width) + x) * 3;
        return new Color(Rgb[i] / 255f, Rgb[i + 1] / 255f, Rgb[i + 2] / 255f);
    }

    /// <summary>Bilinear scaling, up or down.</summary>
    public Bitmap Resize(int width, int height)
    {
        if (width == Width && height == Height)
            return this;
        var result = new Bitmap(width, height);
        for (var y = 0; y < height; y++)
        {
            var sourceY = Math.Clamp(((y + 0.5f) * Height / height) - 0.5f, 0, Height - 1);
            var y0 = (int)sourceY;
            var y1 = Math.Min(y0 + 1, Height - 1);
            for (var x = 0; x < width; x++)
            {
                var sourceX = Math.Clamp(((x + 0.5f) * Width / width) - 0.5f, 0, Width - 1);
                var x0 = (int)sourceX;
                var x1 = Math.Min(x0 + 1, Width - 1);
                var top = Color.Mix(Get(x0, y0), Get(x1, y0), sourceX - x0);
                var bottom = Color.Mix(Get(x0, y1), Get(x1, y1), sourceX - x0);
                result.Set(x, y, Color.Mix(top, bottom, sourceY - y0));
            }
        }

        return result;
    }

    /// <summary>The size whose longer side is <paramref name="longerSide"/>, up or down, as ComfyUI's previews are scaled.</summary>
    public (int Width, int Height) FitTo(int longerSide)
    {
        var scale = (float)longerSide / Math.Max(Width, Height);
        return (Math.Max(1, (int)(Width * scale)), Math.Max(1, (int)(Height * scale)));
    }

    private static byte ToByte(float value) => (byte)Math.Clamp((int)((value * 255f) + 0.5f), 0, 255);
}
