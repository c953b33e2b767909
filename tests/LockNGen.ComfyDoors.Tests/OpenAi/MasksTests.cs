using LockNGen.ComfyDoors.OpenAi;
using LockNGen.ComfyDoors.Pictures;
using SkiaSharp;

namespace LockNGen.ComfyDoors.Tests.OpenAi;

/// <summary>Transparent is where OpenAI's users want the picture redrawn; for templates it is white.</summary>
public sealed class MasksTests
{
    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task Mask_OfEachFormat_IsWhiteWhereItWasTransparent(SKEncodedImageFormat format)
    {
        var mask = await MakeAsync(Picture(8, 6, format));

        Levels(mask!).ShouldBe(Enumerable.Range(0, 6).Select(AlphaOf).Select(a => (byte)(255 - a)));
    }

    /// <summary>48 million pixels are more than one strip, and more than is decoded as a whole.</summary>
    [Fact]
    public async Task Mask_OfSeveralStrips_HasEachRowAtItsPlace()
    {
        var mask = await MakeAsync(Picture(8_000, 6_000, SKEncodedImageFormat.Png));

        Levels(mask!).ShouldBe(Enumerable.Range(0, 6_000).Select(AlphaOf).Select(a => (byte)(255 - a)));
    }

    [Fact]
    public async Task Mask_ThatIsNoPicture_OrHasTooManyPixels_IsNone()
    {
        (await MakeAsync([1, 2, 3])).ShouldBeNull();
        (await MakeAsync(Picture(8_001, 8_000, SKEncodedImageFormat.Png))).ShouldBeNull();
        (await MakeAsync(Picture(6_000, 6_000, SKEncodedImageFormat.Jpeg))).ShouldBeNull();
    }

    [Fact]
    public async Task Mask_ThatIsCutOff_IsNone() => (await MakeAsync(Picture(64, 64, SKEncodedImageFormat.Png)[..100])).ShouldBeNull();

    [Fact]
    public async Task Mask_WhileAllTurnsAreTaken_WaitsForOne()
    {
        var end = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var others = new[] { Pixels.InTurnAsync(() => end.Task, CancellationToken.None), Pixels.InTurnAsync(() => end.Task, CancellationToken.None) };
        using var leaving = new CancellationTokenSource();

        var (mask, left) = (MakeAsync(Picture(8, 6, SKEncodedImageFormat.Png)), Masks.WhiteWhereTransparentAsync([], leaving.Token));
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(left);
        mask.IsCompleted.ShouldBeFalse();
        end.SetResult(0);
        await Task.WhenAll(others);
        (await mask).ShouldNotBeNull();
    }

    private static Task<byte[]?> MakeAsync(byte[] file) => Masks.WhiteWhereTransparentAsync(file, TestContext.Current.CancellationToken);

    private static int AlphaOf(int row) => row * 37 % 256;

    /// <summary>Each row has its own alpha.</summary>
    private static byte[] Picture(int width, int height, SKEncodedImageFormat format)
    {
        using var picture = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var pixels = picture.GetPixelSpan();
        for (var y = 0; y < height; y++)
        {
            var row = pixels.Slice(y * picture.RowBytes, picture.RowBytes);
            row.Fill((byte)AlphaOf(y));
        }

        return Pixels.Encode(picture, format, 100);
    }

    /// <summary>The first pixel of each row.</summary>
    private static byte[] Levels(byte[] png)
    {
        using var mask = SKBitmap.Decode(png);
        mask.ColorType.ShouldBe(SKColorType.Gray8);
        return [.. Enumerable.Range(0, mask.Height).Select(y => mask.GetPixelSpan()[y * mask.RowBytes])];
    }
}
