using SkiaSharp;

namespace LockNGen.ComfyDoors.Pictures;

/// <summary>The result of <c>/upload/mask</c>: the picture, with the alpha of the mask.</summary>
internal static class AlphaMask
{
    /// <summary>A PNG; null if one of the two is not a picture, or if their sizes differ, which ComfyUI does not accept either.</summary>
    public static byte[]? Lay(byte[] mask, byte[] original)
    {
        using var picture = Pixels.Decode(original);
        using var alpha = Pixels.Decode(mask);
        if (picture is null || alpha is null || picture.Info.Size != alpha.Info.Size)
            return null;
        var (pixels, row) = (alpha.Bytes, alpha.RowBytes);
        Pixels.Change(picture, (rgba, x, y) => rgba[3] = pixels[(y * row) + (4 * x) + 3]);
        return Pixels.Encode(picture, SKEncodedImageFormat.Png, 100);
    }
}
