using SkiaSharp;

namespace LockNGen.GenerationApi.Images;

/// <summary>Rotates a picture as its EXIF says: pictures derived from it carry no EXIF.</summary>
internal static class PictureOrientation
{
    public static SKBitmap Upright(SKBitmap picture, SKEncodedOrigin origin)
    {
        var isTurned = origin >= SKEncodedOrigin.LeftTop;
        var upright = new SKBitmap(picture.Info.WithSize(isTurned ? picture.Height : picture.Width, isTurned ? picture.Width : picture.Height));
        using var canvas = new SKCanvas(upright);
        canvas.Clear();
        canvas.SetMatrix(MatrixOf(origin, upright.Width, upright.Height));
        canvas.DrawBitmap(picture, 0, 0, SKSamplingOptions.Default);
        return upright;
    }

    /// <summary>The transformation from the stored picture to one of this size.</summary>
    private static SKMatrix MatrixOf(SKEncodedOrigin origin, int width, int height) => origin switch
    {
        SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new SKMatrix(0, -1, width, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, width, -1, 0, height, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, height, 0, 0, 1),
        _ => SKMatrix.Identity,
    };
}
