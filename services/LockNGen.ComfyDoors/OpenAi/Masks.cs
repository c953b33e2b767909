using LockNGen.ComfyDoors.Pictures;
using SkiaSharp;

namespace LockNGen.ComfyDoors.OpenAi;

/// <summary>OpenAI's masks are transparent where the picture is to be redrawn; templates' masks are white there.</summary>
internal static class Masks
{
    public const int MaxPixels = 64_000_000;

    /// <summary>A PNG is decoded this many pixels at a time, from its first row each time; decoders of other formats hold the whole picture.</summary>
    private const int StripPixels = 16_000_000;

    /// <summary>The mask in black and white, once its turn comes; null if it is not a picture, or too large.</summary>
    public static Task<byte[]?> WhiteWhereTransparentAsync(byte[] file, CancellationToken cancellationToken) =>
        Pixels.InTurnAsync(() => Task.FromResult(WhiteWhereTransparent(file, cancellationToken)), cancellationToken);

    private static byte[]? WhiteWhereTransparent(byte[] file, CancellationToken cancellationToken)
    {
        using var codec = SKCodec.Create(new MemoryStream(file));
        if (codec is null)
            return null;
        var isPng = codec.EncodedFormat == SKEncodedImageFormat.Png;
        if ((long)codec.Info.Width * codec.Info.Height > (isPng ? MaxPixels : Pixels.MaxPixels))
            return null;

        using var mask = new SKBitmap(codec.Info.Width, codec.Info.Height, SKColorType.Gray8, SKAlphaType.Opaque);
        var whole = new SKImageInfo(mask.Width, mask.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var rows = isPng ? Math.Max(1, StripPixels / whole.Width) : whole.Height;
        for (var top = 0; top < whole.Height; top += rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var strip = new SKBitmap(whole.WithSize(whole.Width, Math.Min(rows, whole.Height - top)));
            if (!(isPng ? IsRead(codec, whole, top, strip) : codec.GetPixels(whole, strip.GetPixels()) == SKCodecResult.Success))
                return null;
            Fill(mask, top, strip);
        }

        using var png = mask.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static bool IsRead(SKCodec codec, SKImageInfo whole, int top, SKBitmap strip)
    {
        var options = new SKCodecOptions(SKRectI.Create(0, top, strip.Width, strip.Height));
        return codec.StartIncrementalDecode(whole, strip.GetPixels(), strip.RowBytes, options) == SKCodecResult.Success
            && codec.IncrementalDecode(out _) == SKCodecResult.Success;
    }

    private static void Fill(SKBitmap mask, int top, SKBitmap strip)
    {
        var pixels = strip.GetPixelSpan();
        var gray = mask.GetPixelSpan();
        for (var y = 0; y < strip.Height; y++)
        {
            for (var x = 0; x < strip.Width; x++)
                gray[((top + y) * mask.RowBytes) + x] = (byte)(255 - pixels[(y * strip.RowBytes) + (4 * x) + 3]);
        }
    }
}
