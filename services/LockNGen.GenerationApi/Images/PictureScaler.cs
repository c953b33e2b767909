using SkiaSharp;

namespace LockNGen.GenerationApi.Images;

/// <summary>
/// Scales PNG, JPEG, WebP and the first frame of GIF, with Skia. The memory a picture will take is known from its header, before anything of it is
/// decoded: a PNG is read in strips, a JPEG or WebP is reduced while it is decoded, and one that would take more memory is not scaled.
/// </summary>
internal static class PictureScaler
{
    /// <summary>Pictures of which several may be scaled at once: some 30 MB each.</summary>
    public const int UsualPixels = 4_000_000;

    /// <summary>A PNG needs a strip of itself, but from its first row for each of them: this many pixels take seconds.</summary>
    private const int MostPngPixels = 100_000_000;
    private const int StripPixels = 16_000_000;

    /// <summary>Decoders of other formats may hold the whole: a progressive JPEG takes six bytes a pixel.</summary>
    private const int MostPixels = 32_000_000;
    private const int Quality = 85;

    private static readonly SKSamplingOptions Sampling = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    /// <summary>The picture with its longer side of this length, in the same format (GIF as PNG); null if it is corrupt or too large.</summary>
    public static SKData? Scale(Stream picture, int longerSide, CancellationToken cancellationToken)
    {
        using var codec = SKCodec.Create(picture);
        if (codec is null)
            return null;
        var isPng = codec.EncodedFormat == SKEncodedImageFormat.Png;
        if ((long)codec.Info.Width * codec.Info.Height > (isPng ? MostPngPixels : MostPixels))
            return null;

        var scale = Math.Min(1.0, longerSide / (double)Math.Max(codec.Info.Width, codec.Info.Height));
        var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Premul;
        using var srgb = SKColorSpace.CreateSrgb();
        var whole = codec.Info.WithColorType(SKColorType.Rgba8888).WithAlphaType(alpha).WithColorSpace(srgb);
        var size = new SKSizeI(Math.Max(1, (int)Math.Round(whole.Width * scale)), Math.Max(1, (int)Math.Round(whole.Height * scale)));
        using var small = new SKBitmap(whole.WithSize(size.Width, size.Height));
        var isRead = isPng ? ReadStrips(codec, whole, small, cancellationToken) : ReadScaled(codec, whole, scale, small);
        if (!isRead)
            return null;

        using var upright = PictureOrientation.Upright(small, codec.EncodedOrigin);
        return upright.Encode(codec.EncodedFormat is SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp ? codec.EncodedFormat : SKEncodedImageFormat.Png, Quality);
    }

    private static bool ReadScaled(SKCodec codec, SKImageInfo whole, double scale, SKBitmap small)
    {
        // To twice the size, so that it is averaged and not sampled. GIF is sampled even then.
        var isSmooth = codec.EncodedFormat is SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp;
        var size = codec.GetScaledDimensions(isSmooth ? (float)Math.Min(1, 2 * scale) : 1);
        using var decoded = new SKBitmap(whole.WithSize(size.Width, size.Height));
        return codec.GetPixels(decoded.Info, decoded.GetPixels()) == SKCodecResult.Success && decoded.ScalePixels(small, Sampling);
    }

    /// <summary>Decodes as many rows at a time as there is room for, and scales them to the resulting rows.</summary>
    private static bool ReadStrips(SKCodec codec, SKImageInfo whole, SKBitmap small, CancellationToken cancellationToken)
    {
        var rows = Math.Max(1, (int)(StripPixels / whole.Width * (long)small.Height / whole.Height));
        for (var top = 0; top < small.Height; top += rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bottom = Math.Min(small.Height, top + rows);
            var (from, to) = (RowOf(top), RowOf(bottom));
            using var strip = new SKBitmap(whole.WithSize(whole.Width, to - from));
            var options = new SKCodecOptions(SKRectI.Create(0, from, whole.Width, to - from));
            if (codec.StartIncrementalDecode(whole, strip.GetPixels(), strip.RowBytes, options) != SKCodecResult.Success
                || codec.IncrementalDecode(out _) != SKCodecResult.Success)
            {
                return false;
            }

            using var target = new SKBitmap();
            if (!small.ExtractSubset(target, SKRectI.Create(0, top, small.Width, bottom - top)) || !strip.ScalePixels(target, Sampling))
                return false;
        }

        return true;

        int RowOf(int row) => (int)((long)row * whole.Height / small.Height);
    }
}
