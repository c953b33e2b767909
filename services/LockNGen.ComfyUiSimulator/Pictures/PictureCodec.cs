using System.Runtime.InteropServices;
using SkiaSharp;

namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>Reads any uploaded picture, and writes JPEG and WebP, with Skia. PNG is written by <see cref="PngEncoder"/>: Skia has no text chunks.</summary>
internal static class PictureCodec
{
    private const int MaxPixels = 64 * 1024 * 1024;

    /// <summary>The picture; null if it is not one, in which case callers paint one.</summary>
    public static Bitmap? TryDecode(byte[] file)
    {
        using var codec = SKCodec.Create(new MemoryStream(file));
        if (codec is null || (long)codec.Info.Width * codec.Info.Height > MaxPixels)
            return null;
        // Without a colour space the values stay unchanged, even where they are transparent.
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var pixels = new byte[info.BytesSize];
        using var pinned = new PinnedGCHandle<byte[]>(pixels);
        if (codec.GetPixels(info, Marshal.UnsafeAddrOfPinnedArrayElement(pixels, 0)) != SKCodecResult.Success)
            return null;

        var bitmap = new Bitmap(info.Width, info.Height) { Alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? null : new byte[info.Width * info.Height] };
        for (var i = 0; i < info.Width * info.Height; i++)
        {
            pixels.AsSpan(i * 4, 3).CopyTo(bitmap.Rgb.AsSpan(i * 3));
            if (bitmap.Alpha is not null)
                bitmap.Alpha[i] = pixels[(i * 4) + 3];
        }

        return bitmap;
    }

    /// <summary>ComfyUI's previews have quality 95.</summary>
    public static byte[] EncodeJpeg(Bitmap bitmap, int quality) => Encode(bitmap, SKEncodedImageFormat.Jpeg, quality);

    public static byte[] EncodeWebp(Bitmap bitmap, int quality) => Encode(bitmap, SKEncodedImageFormat.Webp, quality);

    /// <summary>Alpha is left out.</summary>
    private static byte[] Encode(Bitmap bitmap, SKEncodedImageFormat format, int quality)
    {
        using var picture = new SKBitmap(bitmap.Width, bitmap.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var pixels = picture.GetPixelSpan();
        for (var i = 0; i < bitmap.Width * bitmap.Height; i++)
        {
            bitmap.Rgb.AsSpan(i * 3, 3).CopyTo(pixels[(i * 4)..]);
            pixels[(i * 4) + 3] = 255;
        }

        using var encoded = picture.Encode(format, Math.Clamp(quality, 0, 100));
        return encoded.ToArray();
    }
}
