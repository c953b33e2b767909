using LockNGen.GenerationApi.Images;
using LockNGen.GenerationApi.Tests.Support;

namespace LockNGen.GenerationApi.Tests.Images;

public sealed class ImageHeaderTests
{
    [Theory]
    // One pixel wide sizes would hide swapped fields: every sample is 3 x 2.
    [InlineData("474946383961030002000000", "image/gif", 3, 2)]
    [InlineData("FFD8FFE000104A46494600010100000100010000FFC0001108000200030301220002110103110100", "image/jpeg", 3, 2)]
    [InlineData("524946460000000057454250565038580A000000000000000200000100000000", "image/webp", 3, 2)]
    [InlineData("5249464600000000574542505650384C0A0000002F024000000000000000", "image/webp", 3, 2)]
    [InlineData("0000001866747970697336D00000000000", "video/mp4", 0, 0)]
    public void Header_OfEachFormat_TellsTypeAndSize(string head, string contentType, int width, int height)
    {
        var header = ImageHeader.Read(Convert.FromHexString(head + (head.Length % 2 == 0 ? "" : "0")));

        header.ShouldNotBeNull();
        (header.ContentType, header.Width, header.Height).ShouldBe((contentType, width, height));
    }

    [Fact]
    public void Header_OfAPng_TellsItsSize() =>
        ImageHeader.Read(Pictures.Png(300, 200)).ShouldBe(new ImageHeader("image/png", ".png", 300, 200));

    [Theory]
    [InlineData("")]
    [InlineData("89504E47")]
    [InlineData("3C68746D6C3E")]
    [InlineData("FFD8FFE0FFFF")]
    public void Header_OfWhatIsCutShortOrNoPicture_NeverThrows(string head) =>
        Should.NotThrow(() => ImageHeader.Read(Convert.FromHexString(head)));
}
