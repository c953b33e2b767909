using LockNGen.ComfyUiSimulator.Pictures;

namespace LockNGen.ComfyUiSimulator.Tests.Pictures;

public sealed class EncoderTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(17, 9)]
    [InlineData(64, 48)]
    public void Png_EncodedAndDecoded_IsTheSamePicture(int width, int height)
    {
        var picture = ScenePainter.Paint(Scene.Describe("a castle at dawn", 7), width, height);

        var decoded = PictureCodec.TryDecode(PngEncoder.Encode(picture, [new("prompt", "{}")]));

        decoded!.Rgb.ShouldBe(picture.Rgb);
    }

    [Fact]
    public void Png_WithAlpha_KeepsIt()
    {
        var picture = new Bitmap(2, 2) { Alpha = [0, 64, 128, 255] };

        PictureCodec.TryDecode(PngEncoder.Encode(picture))!.Alpha.ShouldBe(picture.Alpha);
    }

    [Fact]
    public void Png_Damaged_IsNoPicture()
    {
        var file = PngEncoder.Encode(ScenePainter.Paint(Scene.Describe("sea", 1), 32, 32));

        PictureCodec.TryDecode(file[..(file.Length / 2)]).ShouldBeNull();
        PictureCodec.TryDecode("hello"u8.ToArray()).ShouldBeNull();
    }

    [Fact]
    public void Scene_SamePromptAndSeed_IsTheSamePictureAndAnotherSeedIsNot()
    {
        var first = ScenePainter.Paint(Scene.Describe("a lighthouse at dusk", 1), 48, 48);

        ScenePainter.Paint(Scene.Describe("a lighthouse at dusk", 1), 48, 48).Rgb.ShouldBe(first.Rgb);
        ScenePainter.Paint(Scene.Describe("a lighthouse at dusk", 2), 48, 48).Rgb.ShouldNotBe(first.Rgb);
    }

    [Fact]
    public void Scene_WordsOfThePrompt_ChooseTheSubject()
    {
        Scene.Describe("Two lighthouses in a storm", 3).Subject.ShouldBe(Subject.Lighthouse);
        Scene.Describe("pine forest, misty", 3).Subject.ShouldBe(Subject.Forest);
    }
}
