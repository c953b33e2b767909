using System.Text;
using LockNGen.Contracts;

namespace LockNGen.Media.Tests;

public sealed class MediaFileTests
{
    /// <summary>Files that ffmpeg, avifenc and cwebp wrote; case 12 among them: AVIF is no MP4, and M4A, MOV and MKV are what they are.</summary>
    [Theory]
    [InlineData("picture.png", "image/png", ".png", 64, 48, null)]
    [InlineData("animation.png", "image/png", ".png", 64, 48, null)]
    [InlineData("picture.jpg", "image/jpeg", ".jpg", 64, 48, null)]
    [InlineData("animation.gif", "image/gif", ".gif", 64, 48, null)]
    [InlineData("picture.webp", "image/webp", ".webp", 64, 48, null)]
    [InlineData("lossless.webp", "image/webp", ".webp", 64, 48, null)]
    [InlineData("animation.webp", "image/webp", ".webp", 64, 48, null)]
    [InlineData("picture.bmp", "image/bmp", ".bmp", 64, 48, null)]
    [InlineData("picture.tiff", "image/tiff", ".tiff", 0, 0, null)]
    [InlineData("picture.avif", "image/avif", ".avif", 64, 48, null)]
    [InlineData("movie.mp4", "video/mp4", ".mp4", 64, 48, 2.02)]
    [InlineData("movie-faststart.mp4", "video/mp4", ".mp4", 64, 48, 2.02)]
    [InlineData("movie-fragmented.mp4", "video/mp4", ".mp4", 64, 48, null)]
    [InlineData("movie.mov", "video/quicktime", ".mov", 64, 48, 2.0)]
    [InlineData("sound.m4a", "audio/mp4", ".m4a", 0, 0, 2.02)]
    [InlineData("movie.webm", "video/webm", ".webm", 64, 48, 2.02)]
    [InlineData("movie.mkv", "video/x-matroska", ".mkv", 64, 48, 2.0)]
    [InlineData("sound.weba", "audio/webm", ".weba", 0, 0, 2.02)]
    [InlineData("movie.avi", "video/x-msvideo", ".avi", 0, 0, null)]
    [InlineData("movie.ogv", "video/ogg", ".ogv", 0, 0, null)]
    [InlineData("sound.flac", "audio/flac", ".flac", 0, 0, 1.0)]
    [InlineData("sound.mp3", "audio/mpeg", ".mp3", 0, 0, 2.02)]
    [InlineData("sound.opus", "audio/ogg", ".opus", 0, 0, 2.0)]
    [InlineData("sound.ogg", "audio/ogg", ".ogg", 0, 0, 2.0)]
    [InlineData("sound-flac.ogg", "audio/ogg", ".ogg", 0, 0, 1.0)]
    [InlineData("sound.wav", "audio/wav", ".wav", 0, 0, 1.0)]
    [InlineData("sound.aiff", "audio/aiff", ".aiff", 0, 0, 1.0)]
    public async Task File_OfEachFormat_ReportsTypeSizeAndDuration(string name, string contentType, string extension, int width, int height, double? seconds)
    {
        await using var file = Fixture.Open(name);

        var info = await MediaFile.ReadAsync(file, TestContext.Current.CancellationToken);

        (info.ContentType, info.Extension, info.Width, info.Height).ShouldBe((contentType, extension, width, height));
        info.Kind.ShouldBe(contentType[..contentType.IndexOf('/', StringComparison.Ordinal)]);
        if (seconds is { } expected)
            info.DurationSeconds!.Value.ShouldBe(expected, tolerance: 0.06);
        else
            info.DurationSeconds.ShouldBeNull();
    }

    [Theory]
    [InlineData("<?xml version=\"1.0\"?>\n<!-- a -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "image/svg+xml", GenerationResultKinds.Image)]
    [InlineData("<!DOCTYPE svg [<!ENTITY a \"<b>\">]><s:svg xmlns:s=\"http://www.w3.org/2000/svg\"/>", "image/svg+xml", GenerationResultKinds.Image)]
    [InlineData("\uFEFF  <svg>", "image/svg+xml", GenerationResultKinds.Image)]
    [InlineData("<!DOCTYPE HTML><p>", "text/html", GenerationResultKinds.File)]
    [InlineData("\n<HTML>", "text/html", GenerationResultKinds.File)]
    [InlineData("<!-- a --><script>1</script>", "text/html", GenerationResultKinds.File)]
    [InlineData("<rss/>", "application/xml", GenerationResultKinds.File)]
    [InlineData("%PDF-1.7\n", "application/pdf", GenerationResultKinds.File)]
    [InlineData("PK\u0003\u0004rest", "application/zip", GenerationResultKinds.File)]
    [InlineData("{\"asset\":{\"version\":\"2.0\"},\"scenes\":[]}", "model/gltf+json", GenerationResultKinds.Model)]
    [InlineData("[1, {\"a\": 2}]", "application/json", GenerationResultKinds.Text)]
    [InlineData("{\"\\udc00\": 1}", "text/plain", GenerationResultKinds.Text)]
    [InlineData("{prompt}, a lighthouse", "text/plain", GenerationResultKinds.Text)]
    [InlineData("a picture of a lighthouse: größer", "text/plain", GenerationResultKinds.Text)]
    [InlineData("BMW in the rain", "text/plain", GenerationResultKinds.Text)]
    [InlineData("alert(1)", "text/plain", GenerationResultKinds.Text)]
    [InlineData("# made by\no cube\nv 0 0 1\nv 0.5 1 1\nv 1 1 0\nf 1 2 3\n", "model/obj", GenerationResultKinds.Model)]
    [InlineData("v is the first letter of very", "text/plain", GenerationResultKinds.Text)]
    [InlineData("solid cube\n facet normal 0 0 1\n", "model/stl", GenerationResultKinds.Model)]
    [InlineData("ply\nformat ascii 1.0\n", "model/ply", GenerationResultKinds.Model)]
    [InlineData("glTF\u0002\0\0\0", "model/gltf-binary", GenerationResultKinds.Model)]
    [InlineData("", "application/octet-stream", GenerationResultKinds.File)]
    [InlineData("\0\u0001\u0002\u0003", "application/octet-stream", GenerationResultKinds.File)]
    public void Text_OfEachFormat_IsReported(string text, string contentType, string kind)
    {
        var info = MediaFile.Recognize(Encoding.UTF8.GetBytes(text));

        (info.ContentType, info.Kind).ShouldBe((contentType, kind));
    }

    [Fact]
    public void Html_InUtf16_IsHtml() =>
        MediaFile.Recognize([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<html><script>alert(1)</script>")]).ContentType.ShouldBe("text/html");

    /// <summary>Case 12: a file that begins with ftyp is recognized by its brands, even if nothing follows.</summary>
    [Theory]
    [InlineData("avif", "mif1miaf", "image/avif")]
    [InlineData("avis", "msf1", "image/avif")]
    [InlineData("mif1", "avifmiaf", "image/avif")]
    [InlineData("heic", "mif1", "image/heic")]
    [InlineData("mif1", "heic", "image/heic")]
    [InlineData("mif1", "miaf", "image/heif")]
    [InlineData("M4A ", "isom", "audio/mp4")]
    [InlineData("qt  ", "", "video/quicktime")]
    [InlineData("isom", "mp42", "video/mp4")]
    [InlineData("new1", "", "video/mp4")]
    public void Boxes_OfEachBrand_AreReported(string major, string compatible, string contentType)
    {
        byte[] head = [0, 0, 0, (byte)(16 + compatible.Length), .. "ftyp"u8, .. Encoding.ASCII.GetBytes(major), 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(compatible)];

        MediaFile.Recognize(head).ContentType.ShouldBe(contentType);
    }

    [Theory]
    [InlineData("{\"__metadata__\":{\"prompt\":\"latent_tensor\"},\"latent_tensor\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", GenerationResultKinds.Latent, ".latent")]
    [InlineData("{\"weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", GenerationResultKinds.File, ".safetensors")]
    public async Task Safetensors_WithALatent_IsALatent(string header, string kind, string extension)
    {
        // So long because of the workflow that the tensors come after the part that is read at once.
        var padded = Encoding.UTF8.GetBytes(header.Insert(1, $"\"padding\":\"{new string('x', MediaFile.HeadLength)}\","));
        byte[] file = [.. BitConverter.GetBytes((ulong)padded.Length), .. padded, 0, 0, 0, 0];

        var info = await MediaFile.ReadAsync(new MemoryStream(file), TestContext.Current.CancellationToken);

        (info.Kind, info.Extension).ShouldBe((kind, extension));
    }

    [Fact]
    public async Task Jpeg_WithMoreInFrontThanIsReadAtOnce_ReportsItsSize()
    {
        byte[] comment = [0xFF, 0xFE, 0xFF, 0xFF, .. new byte[0xFFFD]];
        byte[] picture = Fixture.Read("picture.jpg");
        byte[] file = [.. picture[..2], .. comment, .. comment, .. picture[2..]];

        MediaFile.Recognize(file).Width.ShouldBe(0);
        (await MediaFile.ReadAsync(new MemoryStream(file), TestContext.Current.CancellationToken)).ShouldBe(new(Types.MediaType.Jpeg, 64, 48));
    }

    [Fact]
    public async Task BinaryStl_WhoseLengthFits_IsAModel()
    {
        var file = new byte[84 + (50 * 2000)];
        BitConverter.TryWriteBytes(file.AsSpan(80), 2000).ShouldBeTrue();

        (await MediaFile.ReadAsync(new MemoryStream(file), TestContext.Current.CancellationToken)).Kind.ShouldBe(GenerationResultKinds.Model);
        (await MediaFile.ReadAsync(new MemoryStream([.. file, 0]), TestContext.Current.CancellationToken)).Kind.ShouldBe(GenerationResultKinds.File);
    }
}
