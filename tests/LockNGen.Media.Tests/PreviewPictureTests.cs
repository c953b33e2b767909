using System.Text;

namespace LockNGen.Media.Tests;

public sealed class PreviewPictureTests
{
    [Theory]
    [InlineData("picture.jpg", "image/jpeg")]
    [InlineData("picture.png", "image/png")]
    [InlineData("animation.webp", "image/webp")]
    public void Picture_InTheEnvelopeOfVideoPacks_IsFound(string name, string contentType)
    {
        byte[] picture = Fixture.Read(name);
        byte[] envelope = [0, 0, 0, 1, 0, 0, 0, 7, 2, (byte)'1', (byte)'5', .. new byte[13]];

        var (type, start) = PreviewPicture.Find([.. envelope, .. picture])!.Value;

        (type.ContentType, start).ShouldBe((contentType, 24));
        PreviewPicture.Find(picture)!.Value.Start.ShouldBe(0);
    }

    /// <summary>What a browser could run, or does not know, is no preview (case 13).</summary>
    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>")]
    [InlineData("<html><script>1</script></html>")]
    [InlineData("GIF89a\u0001\0\u0001\0")]
    [InlineData("RIFF....WAVE")]
    [InlineData("")]
    public void Frame_ThatIsNoPicture_IsNone(string frame) => PreviewPicture.Find(Encoding.Latin1.GetBytes(frame)).ShouldBeNull();
}
