using LockNGen.GenerationApi.Images;
using LockNGen.GenerationApi.Tests.Support;
using SkiaSharp;

namespace LockNGen.GenerationApi.Tests.Images;

public sealed class PictureScalerTests
{
    [Theory]
    [InlineData("picture.png", "Png")]
    [InlineData("animation.png", "Png")]
    [InlineData("picture.jpg", "Jpeg")]
    [InlineData("picture.webp", "Webp")]
    [InlineData("lossless.webp", "Webp")]
    [InlineData("animation.webp", "Webp")]
    [InlineData("animation.gif", "Png")]
    public void Picture_OfAFormatThatIsScaled_BecomesASmallOneOfItsFormat(string name, string format)
    {
        using var picture = File.OpenRead(PathOf(name));

        using var scaled = PictureScaler.Scale(picture, 32, CancellationToken.None)!;

        using var codec = SKCodec.Create(scaled);
        (codec.EncodedFormat.ToString(), codec.Info.Width, codec.Info.Height, codec.FrameCount).ShouldBe((format, 32, 24, 0));
        using var small = SKBitmap.Decode(scaled);
        using var original = SKBitmap.Decode(PathOf(name));
        using var expected = original.Resize(small.Info, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        // At this size and with colours like these, JPEG and WebP are inaccurate; a different picture would differ by 80.
        Difference(small, expected).ShouldBeLessThan(format == "Png" ? 12 : 25);
    }

    [Theory]
    [InlineData("picture.avif")]
    [InlineData("picture.tiff")]
    [InlineData("drawing.svg")]
    [InlineData("movie.mp4")]
    public void File_OfAnotherFormat_IsNotScaled(string name)
    {
        using var file = File.OpenRead(PathOf(name));

        PictureScaler.Scale(file, 32, CancellationToken.None).ShouldBeNull();
    }

    [Theory]
    [InlineData("picture.png")]
    [InlineData("picture.webp")]
    [InlineData("animation.gif")]
    public void Picture_CutShort_IsNotScaled(string name)
    {
        var file = File.ReadAllBytes(PathOf(name));

        PictureScaler.Scale(new MemoryStream(file[..(file.Length / 2)]), 32, CancellationToken.None).ShouldBeNull();
    }

    /// <summary>23.17: it took 1,161 MB when all of it was decoded at once, and containers have 512.</summary>
    [Fact]
    public void Png_Of31Megapixels_IsScaledInStripsWithoutSeams()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var file = new MemoryStream(Gradient(5600));
        // Forgets the highest use of memory so far.
        File.WriteAllText("/proc/self/clear_refs", "5");
        var before = MemoryOf("VmRSS:");

        using var scaled = PictureScaler.Scale(file, 256, CancellationToken.None)!;

        (MemoryOf("VmHWM:") - before).ShouldBeLessThan(160 << 20);
        using var small = SKBitmap.Decode(scaled);
        for (var y = 1; y < small.Height; y++)
            (small.GetPixel(100, y).Red - small.GetPixel(100, y - 1).Red).ShouldBeInRange(0, 2, $"row {y}");
    }

    [Fact]
    public void Picture_WithMorePixelsThanMemoryAllows_IsNotScaled()
    {
        // The header is enough.
        var png = Pictures.Png(8, 8);
        (png[18], png[22]) = (0xF0, 0xF0);

        PictureScaler.Scale(new MemoryStream(png), 256, CancellationToken.None).ShouldBeNull();
    }

    [Theory]
    [InlineData(1, "rgbw")]
    [InlineData(2, "grwb")]
    [InlineData(3, "wbgr")]
    [InlineData(4, "bwrg")]
    [InlineData(5, "rbgw")]
    [InlineData(6, "brwg")]
    [InlineData(7, "wgbr")]
    [InlineData(8, "gwrb")]
    public void Orientation_OfEachKind_TurnsTheCorners(int orientation, string corners)
    {
        using var picture = new SKBitmap(4, 2);
        using (var canvas = new SKCanvas(picture))
        {
            foreach (var (x, y, color) in new[] { (0, 0, SKColors.Red), (2, 0, SKColors.Lime), (0, 1, SKColors.Blue), (2, 1, SKColors.White) })
                canvas.DrawRect(x, y, 2, 1, new SKPaint { Color = color });
        }

        using var upright = PictureOrientation.Upright(picture, (SKEncodedOrigin)orientation);

        var (right, bottom) = (upright.Width - 1, upright.Height - 1);
        (upright.Width > upright.Height).ShouldBe(orientation <= 4);
        string.Concat(new[] { (0, 0), (right, 0), (0, bottom), (right, bottom) }.Select(at => NameOf(upright.GetPixel(at.Item1, at.Item2)))).ShouldBe(corners);
    }

    private static char NameOf(SKColor color) => (color.Red, color.Green, color.Blue) switch
    {
        (255, 0, 0) => 'r',
        (0, 255, 0) => 'g',
        (0, 0, 255) => 'b',
        _ => 'w',
    };

    private static byte[] Gradient(int size)
    {
        using var bitmap = new SKBitmap(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        using var shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(0, size), [SKColors.Black, SKColors.White], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        canvas.DrawPaint(paint);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static double Difference(SKBitmap a, SKBitmap b) =>
        a.Pixels.Zip(b.Pixels, (p, q) => Math.Abs(p.Red - q.Red) + Math.Abs(p.Green - q.Green) + Math.Abs(p.Blue - q.Blue)).Average() / 3;

    private static long MemoryOf(string name) =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2], System.Globalization.CultureInfo.InvariantCulture) << 10;

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Media", name);
}
