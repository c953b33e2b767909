using LockNGen.ComfyDoors.Pictures;
using SkiaSharp;

namespace LockNGen.ComfyDoors.Tests.Pictures;

/// <summary>What ComfyUI makes of pictures on their way in and out.</summary>
public sealed class PictureTests
{
    private static readonly SKColor Half = new(200, 100, 50, 128);

    [Fact]
    public void Mask_LaidOntoAPicture_GivesItItsAlphaAndKeepsItsColours()
    {
        var laid = AlphaMask.Lay(Png(new SKColor(1, 2, 3, 0)), Png(new SKColor(200, 100, 50)))!;

        Pixel(laid).ShouldBe(new SKColor(200, 100, 50, 0));
    }

    [Fact]
    public void Mask_OfAnotherSize_IsNotLaid() => AlphaMask.Lay(Png(Half, size: 5), Png(Half)).ShouldBeNull();

    [Fact]
    public void Mask_ThatIsNoPicture_IsNotLaid() => AlphaMask.Lay([1, 2, 3], Png(Half)).ShouldBeNull();

    [Theory]
    [InlineData("webp;90", null, "image/webp")]
    [InlineData("jpeg;50", null, "image/jpeg")]
    [InlineData("jpeg;50", "a", "image/webp")]
    [InlineData("gif", null, "image/webp")]
    [InlineData("webp;nonsense", "rgb", "image/webp")]
    [InlineData(null, "rgb", "image/png")]
    [InlineData(null, "a", "image/png")]
    public void Variant_IsOfTheTypeThatComfyUiAnswers(string? preview, string? channel, string type)
    {
        var (bytes, contentType) = Variants.Of(Png(Half), preview, channel)!.Value;

        contentType.ShouldBe(type);
        using var codec = SKCodec.Create(new MemoryStream(bytes));
        $"image/{codec.EncodedFormat.ToString().ToLowerInvariant()}".ShouldBe(type);
    }

    [Fact]
    public void Channels_AreTheColoursWithoutTheAlpha_AndTheAlphaWithoutTheColours()
    {
        Pixel(Variants.Of(Png(Half), null, "rgb")!.Value.Bytes).ShouldBe(new SKColor(200, 100, 50));
        Pixel(Variants.Of(Png(Half), null, "a")!.Value.Bytes).ShouldBe(new SKColor(0, 0, 0, 128));
    }

    [Fact]
    public void Variant_OfWhatIsNoPicture_IsNone() => Variants.Of([1, 2, 3], "webp", null).ShouldBeNull();

    private static byte[] Png(SKColor colour, int size = 4)
    {
        using var picture = new SKBitmap(size, size, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        picture.Erase(colour);
        Pixels.Change(picture, (rgba, _, _) => (rgba[0], rgba[1], rgba[2], rgba[3]) = (colour.Red, colour.Green, colour.Blue, colour.Alpha));
        return Pixels.Encode(picture, SKEncodedImageFormat.Png, 100);
    }

    private static SKColor Pixel(byte[] file)
    {
        using var picture = Pixels.Decode(file)!;
        var rgba = picture.GetPixelSpan();
        return new SKColor(rgba[0], rgba[1], rgba[2], rgba[3]);
    }
}
