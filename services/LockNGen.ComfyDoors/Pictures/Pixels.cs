using SkiaSharp;

namespace LockNGen.ComfyDoors.Pictures;

/// <summary>Takes pictures apart and puts them together again, two at a time: each takes the memory of all its pixels.</summary>
internal static class Pixels
{
    /// <summary>Of a picture that is worked on, in bytes.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>Of a picture that is decoded as a whole.</summary>
    public const int MaxPixels = 32_000_000;

    private static readonly SemaphoreSlim Turns = new(2);

    /// <summary>Waits for a turn, and has it until the work is done.</summary>
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

    /// <summary>All pixels with their alpha, as they are; null when it is no picture, or too large a one.</summary>
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

    /// <summary>Gives each pixel what is made of it: four bytes, red, green, blue and alpha.</summary>
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
