using SkiaSharp;

namespace LockNGen.ComfyDoors.Pictures;

/// <summary>Decodes and encodes pictures, two at a time: each takes the memory of all its pixels.</summary>
internal static class Pixels
{
    /// <summary>The largest file of a picture to process, in bytes.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>The most pixels of a picture that is decoded as a whole.</summary>
    public const int MaxPixels = 32_000_000;

    private static readonly SemaphoreSlim Turns = new(2);

    /// <summary>Waits for a free slot, and holds it until the work is done.</summary>
    public static async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await Turns.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            Turns.Release();
        }
    }

    /// <summary>All pixels with their alpha, unchanged; null if it is not a picture, or too large.</summary>
    public static SKBitmap? Decode(byte[] file)
    {
        using var codec = SKCodec.Create(new MemoryStream(file));
        return codec is null || (long)codec.Info.Width * codec.Info.Height > MaxPixels
            ? null
            : SKBitmap.Decode(codec, new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
    }

    public static byte[] Encode(SKBitmap picture, SKEncodedImageFormat format, int quality)
    {
        using var file = picture.Encode(format, quality);
        return file.ToArray();
    }

    /// <summary>Changes each pixel: four bytes, red, green, blue and alpha.</summary>
    public static void Change(SKBitmap picture, PixelChange change)
    {
        var bytes = picture.GetPixelSpan();
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
                change(bytes.Slice((y * picture.RowBytes) + (4 * x), 4), x, y);
        }
    }
}

/// <summary>Changes a pixel.</summary>
internal delegate void PixelChange(Span<byte> rgba, int x, int y);
