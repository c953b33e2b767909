using FsCheck;
using FsCheck.Fluent;

namespace LockNGen.Media.Tests.Metadata;

/// <summary>For any tags that ffmpeg writes into its containers, as ComfyUI's nodes do through PyAV: they are gone, and it decodes the same samples.</summary>
public sealed class FfmpegMetadataProperties
{
    /// <summary>A title, which every format has a place for, and two more.</summary>
    private static Gen<KeyValuePair<string, string>[]> Tags(int longest) =>
        from title in Tag(Gen.Constant("title"), longest)
        from others in Gen.ArrayOf(
            Tag(Gen.Elements("prompt", "workflow", "comment", "artist", "description", "lyrics", "copyright", "handler_name", "CreationTime_x"), longest), 2)
        select (KeyValuePair<string, string>[])[title, .. others];

    private static Gen<KeyValuePair<string, string>> Tag(Gen<string> keys, int longest) =>
        from key in keys
        from text in Words.Texts
        select KeyValuePair.Create(key, text.Length > longest ? text[..longest] : text);

    [Theory]
    [InlineData("movie.mp4")]
    [InlineData("movie-faststart.mp4")]
    [InlineData("movie-fragmented.mp4")]
    [InlineData("movie.mov")]
    [InlineData("movie.webm")]
    [InlineData("movie.mkv")]
    [InlineData("movie.avi")]
    [InlineData("movie.ogv")]
    [InlineData("sound.m4a")]
    [InlineData("sound.flac")]
    [InlineData("sound.mp3")]
    [InlineData("sound.opus")]
    [InlineData("sound.ogg")]
    [InlineData("sound.wav")]
    [InlineData("sound.aiff")]
    [InlineData("sound.weba")]
    public void Tags_ThatFfmpegWrites_GoAndTheSamplesStay(string name)
    {
        Ffmpeg.Require();
        // ffmpeg itself reads at most 64 KB of Theora's headers.
        var longest = name == "movie.ogv" ? 5_000 : int.MaxValue;
        var written = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(3),
            Prop.ForAll(Tags(longest).ToArbitrary(), tags =>
            {
                var tagged = Ffmpeg.WithMetadata(name, tags);
                written += tags.Count(t => Words.AreIn(tagged, t.Value));
                var cleaned = Cleaned.Of(tagged);
                tags.Where(t => Words.AreIn(cleaned, t.Value)).Select(t => t.Key).ShouldBeEmpty();
                Ffmpeg.Samples(cleaned, name).ShouldBe(Ffmpeg.Samples(tagged, name));
            }));
        // Otherwise the test would prove nothing.
        written.ShouldBeGreaterThan(0);
    }

    /// <summary>What encoders wrote, with any content.</summary>
    [Fact]
    public void EveryFixture_Cleaned_DecodesToTheSameSamples()
    {
        Ffmpeg.Require();
        foreach (var name in Fixture.Names.Where(n => Path.GetExtension(n) is not (".svg" or ".glb" or ".latent" or ".webp")))
        {
            var file = Fixture.Read(name);
            Ffmpeg.Samples(Cleaned.Try(file).File, name).ShouldBe(Ffmpeg.Samples(file, name), name);
        }
    }
}
