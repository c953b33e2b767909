using LockNGen.ComfyUiSimulator.Pictures;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Turns a latent into pixels: its scene, blended over the source picture as strongly as it was denoised.</summary>
internal static class LatentDecoder
{
    private static readonly Color EmptyColor = new(0.5f, 0.5f, 0.5f);

    public static Bitmap Decode(LatentPicture picture, int width, int height, MaskValue? mask)
    {
        if (picture.Scene is null)
            return picture.Source?.Resize(width, height) ?? Fill(width, height, EmptyColor);
        var painted = ScenePainter.Paint(picture.Scene, width, height);
        if (picture.Source is null)
            return painted;

        var source = picture.Source.Resize(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var strength = picture.Denoise * (mask?.At((float)x / width, (float)y / height) ?? 1);
                painted.Set(x, y, Color.Mix(source.Get(x, y), painted.Get(x, y), strength));
            }
        }

        return painted;
    }

    public static Bitmap Fill(int width, int height, Color color)
    {
        var bitmap = new Bitmap(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.Set(x, y, color);
        }

        return bitmap;
    }
}
