using LockNGen.ComfyDoors.Pictures;
using SkiaSharp;

namespace LockNGen.ComfyDoors.OpenAi;

/// <summary>OpenAI's masks are transparent where the picture is to be redrawn; those of templates are white there.</summary>
internal static class Masks
{
    /// <summary>The mask in black and white; null when it is no picture.</summary>
    public static byte[]? WhiteWhereTransparent(byte[] file)
    {
        using var picture = Pixels.Decode(file);
        if (picture is null)
            return null;
        var pixels = picture.GetPixelSpan();
        using var mask = new SKBitmap(picture.Width, picture.Height, SKColorType.Gray8, SKAlphaType.Opaque);
        var gray = mask.GetPixelSpan();
        for (var y = 0; y < mask.Height; y++)
        {
            for (var x = 0; x < mask.Width; x++)
                gray[(y * mask.RowBytes) + x] = (byte)(255 - pixels[(y * picture.RowBytes) + (4 * x) + 3]);
        }

        using var png = mask.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
