using System.Globalization;
using SkiaSharp;

namespace LockNGen.ComfyDoors.Pictures;

/// <summary><c>preview=webp;90</c> and <c>channel=rgb|a</c> of <c>/view</c>, as ComfyUI answers them.</summary>
internal static class Variants
{
    private const int DefaultQuality = 90;

    /// <summary>Whether anything but the file itself is requested.</summary>
    public static bool AreAskedFor(string? preview, string? channel) => preview is not null || channel is "rgb" or "a";

    /// <summary>The picture as requested, and its content type; null if the file is not a picture.</summary>
    public static (byte[] Bytes, string ContentType)? Of(byte[] file, string? preview, string? channel)
    {
        using var picture = Pixels.Decode(file);
        if (picture is null)
            return null;
        if (preview is not null)
            return Preview(picture, preview.Split(';'), channel ?? "");
        if (channel == "rgb")
            Opaque(picture);
        else
            Pixels.Change(picture, (rgba, _, _) => rgba[..3].Clear());
        return (Pixels.Encode(picture, SKEncodedImageFormat.Png, 100), "image/png");
    }

    private static (byte[] Bytes, string ContentType) Preview(SKBitmap picture, string[] wanted, string channel)
    {
        var isJpeg = wanted[0] == "jpeg" && !channel.Contains('a', StringComparison.Ordinal);
        var quality = int.TryParse(wanted[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, 1, 100) : DefaultQuality;
        if (isJpeg || channel == "rgb")
            Opaque(picture);
        return isJpeg
            ? (Pixels.Encode(picture, SKEncodedImageFormat.Jpeg, quality), "image/jpeg")
            : (Pixels.Encode(picture, SKEncodedImageFormat.Webp, quality), "image/webp");
    }

    private static void Opaque(SKBitmap picture) => Pixels.Change(picture, (rgba, _, _) => rgba[3] = byte.MaxValue);
}
