using System.Buffers.Binary;
using System.Text;

namespace LockNGen.Media.Tests.Metadata;

public sealed class MetadataFilterTests
{
    private const string Secret = "{\"5\":{\"class_type\":\"KSampler\"}}";
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    [Fact]
    public async Task Png_WithWorkflow_LosesItAndNothingElse()
    {
        byte[] png = [.. Signature, .. PngChunk("IHDR", "size"), .. PngChunk("tEXt", Secret), .. PngChunk("iTXt", Secret), .. PngChunk("zTXt", Secret),
            .. PngChunk("comf", Secret), .. PngChunk("eXIf", Secret), .. PngChunk("IDAT", "pixels"), .. PngChunk("IEND", "")];

        (await StripAsync(png)).ShouldBe([.. Signature, .. PngChunk("IHDR", "size"), .. PngChunk("IDAT", "pixels"), .. PngChunk("IEND", "")]);
    }

    [Fact]
    public async Task Png_CutShort_PassesAsFarAsItGoes()
    {
        byte[] png = [.. Signature, .. PngChunk("IHDR", "size"), .. PngChunk("IDAT", "pixels").AsSpan(0, 9)];

        (await StripAsync(png)).ShouldBe(png);
    }

    [Fact]
    public async Task WebP_WithExifAndXmp_HasEmptyExifAndJunkInTheirPlace()
    {
        var secret = Encoding.ASCII.GetBytes(Secret);
        byte[] empty = [.. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0];
        var webP = WebP([.. Riff("VP8X", [0b0001_1100, 0, 0, 0]), .. Riff("VP8 ", [1, 2, 3]), .. Riff("EXIF", secret), .. Riff("XMP ", secret)]);

        (await StripAsync(webP)).ShouldBe(WebP([.. Riff("VP8X", [0b0001_1000, 0, 0, 0]), .. Riff("VP8 ", [1, 2, 3]),
            .. Riff("EXIF", [.. empty, .. new byte[secret.Length - empty.Length]]), .. Riff("JUNK", new byte[secret.Length])]));
    }

    [Fact]
    public async Task Mp4_WithUserData_HasFreeSpaceInItsPlace()
    {
        byte[] Film(string type, byte[] data) =>
        [
            .. Box("ftyp", "isommp42"u8), .. Box("moov", [.. Box("mvhd", "head"u8), .. Box("trak", Box("tkhd", "track"u8)), .. Box(type, data)]), .. Box("mdat", "frames"u8),
        ];

        (await StripAsync(Film("udta", Box("meta", Encoding.ASCII.GetBytes(Secret))))).ShouldBe(Film("free", new byte[8 + Secret.Length]));
    }

    [Fact]
    public async Task Mp4_WhoseLastBoxHasNoLength_PassesToItsEnd()
    {
        byte[] film = [.. Box("ftyp", "isommp42"u8), 0, 0, 0, 0, .. "mdat"u8, .. "frames"u8];

        (await StripAsync(film)).ShouldBe(film);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task WebM_WithTags_HasAVoidElementOfTheSameLengthInTheirPlace(int sizeLength)
    {
        byte[] tags = [0x12, 0x54, 0xC3, 0x67, .. Vint(Secret.Length, sizeLength), .. Encoding.ASCII.GetBytes(Secret)];
        byte[] cluster = [0x1F, 0x43, 0xB6, 0x75, 0x83, 1, 2, 3];
        byte[] film = [0x1A, 0x45, 0xDF, 0xA3, 0x82, 7, 7, 0x18, 0x53, 0x80, 0x67, .. Vint(tags.Length + cluster.Length, 8), .. tags, .. cluster];

        var stripped = await StripAsync(film);

        stripped.Length.ShouldBe(film.Length);
        var at = film.Length - tags.Length - cluster.Length;
        stripped[at].ShouldBe((byte)0xEC);
        // The void element ends where the tags ended.
        var size = sizeLength + 3 > 8 ? 8 : sizeLength + 3;
        var length = stripped.AsSpan(at + 1, size).ToArray().Aggregate(0L, (number, b) => (number << 8) | b) & ~(1L << (7 * size));
        (1 + size + length).ShouldBe(tags.Length);
        stripped[^cluster.Length..].ShouldBe(cluster);
        Encoding.ASCII.GetString(stripped).ShouldNotContain("KSampler");
    }

    [Fact]
    public async Task Flac_WithComments_HasPaddingInTheirPlace()
    {
        byte[] Sound(byte type, byte[] data) => [.. "fLaC"u8, 0, 0, 0, 2, 9, 9, (byte)(0x80 | type), 0, 0, (byte)data.Length, .. data, 0xFF, 0xF8, 4];

        (await StripAsync(Sound(4, Encoding.ASCII.GetBytes(Secret)))).ShouldBe(Sound(1, new byte[Secret.Length]));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(70_000)]
    [InlineData(200_000)]
    public async Task Flac_WithTagsBehindTheSound_EndsWithIt(int length)
    {
        byte[] sound = [.. "fLaC"u8, 0x81, 0, 0, 0, .. Enumerable.Repeat((byte)7, length)];
        byte[] item = [.. BitConverter.GetBytes(Secret.Length), 0, 0, 0, 0, .. "Comment\0"u8, .. Encoding.ASCII.GetBytes(Secret)];
        byte[] Ape(uint flags) => [.. "APETAGEX"u8, 0xD0, 7, 0, 0, .. BitConverter.GetBytes(item.Length + 32), 1, 0, 0, 0, .. BitConverter.GetBytes(flags), .. new byte[8]];
        byte[] id3 = [.. "TAG"u8, .. Encoding.ASCII.GetBytes(Secret), .. new byte[125 - Secret.Length]];

        (await StripAsync([.. sound, .. id3])).ShouldBe(sound);
        (await StripAsync([.. sound, .. Ape(0xA0000000), .. item, .. Ape(0x80000000), .. id3])).ShouldBe(sound);
        (await StripAsync([.. sound, .. item, .. Ape(0)])).ShouldBe(sound);
    }

    [Fact]
    public async Task Flac_WithATagLongerThanIsHeldBack_IsReported()
    {
        byte[] file = [.. "fLaC"u8, 0x81, 0, 0, 0, .. new byte[100_000], .. "APETAGEX"u8, 0xD0, 7, 0, 0, .. BitConverter.GetBytes(90_000), .. new byte[16]];

        using var copy = new MemoryStream();
        (await MetadataFilter.CopyWithoutAsync(new MemoryStream(file), copy, TestContext.Current.CancellationToken)).ShouldBeFalse();
        copy.ToArray().ShouldBe(file);
    }

    [Theory]
    [InlineData("text", false)]
    [InlineData("vide", true)]
    public async Task Movie_WithATrackOfTexts_IsReported(string handler, bool isClean)
    {
        byte[] Box(string type, byte[] data) => [0, 0, 0, (byte)(data.Length + 8), .. Encoding.ASCII.GetBytes(type), .. data];
        var track = Box("trak", Box("mdia", Box("hdlr", [.. new byte[8], .. Encoding.ASCII.GetBytes(handler), .. new byte[12], .. "name\0"u8])));
        byte[] movie = [.. Box("ftyp", [.. "isom"u8, 0, 0, 0, 0]), .. Box("moov", track), .. Box("mdat", Encoding.ASCII.GetBytes("chapter"))];

        (await MetadataFilter.CopyWithoutAsync(new MemoryStream(movie), Stream.Null, TestContext.Current.CancellationToken)).ShouldBe(isClean);
    }

    [Fact]
    public async Task Mp3_WithATag_StartsWithItsSound()
    {
        byte[] sound = [.. "ID3"u8, 4, 0, 0, 0, 0, 0, (byte)Secret.Length, .. Encoding.ASCII.GetBytes(Secret), 0xFF, 0xFB, 0x90, 0, 1];

        (await StripAsync(sound)).ShouldBe([0xFF, 0xFB, 0x90, 0, 1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("RIFF")]
    [InlineData("GIF89a")]
    [InlineData("plain text that is longer than any signature")]
    public async Task OtherFiles_AreLeftAlone(string file) => (await StripAsync(Encoding.ASCII.GetBytes(file))).ShouldBe(Encoding.ASCII.GetBytes(file));

    [Theory]
    [InlineData("II*\0 a picture", false)]
    [InlineData("%PDF-1.7 a paper", false)]
    [InlineData("\u0001\0 what nobody knows", false)]
    [InlineData("GIF89a", false)]
    [InlineData("a text", true)]
    public async Task File_ThatIsNotCleaned_IsReported(string file, bool isClean) =>
        (await MetadataFilter.CopyWithoutAsync(new MemoryStream(Encoding.Latin1.GetBytes(file)), Stream.Null, TestContext.Current.CancellationToken)).ShouldBe(isClean);

    /// <summary>Case 12: the box meta of AVIF says where the picture is.</summary>
    [Fact]
    public async Task Avif_OfTheCase_StaysAsItIs()
    {
        var avif = Convert.FromBase64String(
            "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAEttZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAEGlsb2MAAAAAAAAAAAAAABhtZGF0EgAKChIACgoSAAoKEgAKCg==");

        (await StripAsync(avif)).ShouldBe(avif);
    }

    [Theory]
    [InlineData("picture-metadata.avif")]
    [InlineData("picture-shared-metadata.avif")]
    public async Task Avif_WithExifAndXmp_LosesTheirBytesAndNothingMoves(string name)
    {
        var avif = Fixture.Read(name);

        var stripped = await StripAsync(avif);

        stripped.Length.ShouldBe(avif.Length);
        Encoding.Latin1.GetString(stripped).ShouldNotContain("lighthouse");
        // All tables, and the coded picture, which comes last.
        var data = avif.AsSpan().IndexOf("mdat"u8);
        stripped[..data].ShouldBe(avif[..data]);
        stripped[^300..].ShouldBe(avif[^300..]);
    }

    [Fact]
    public async Task Jpeg_WithMetadata_KeepsWhatItLooksLike()
    {
        var picture = Fixture.Read("picture.jpg");
        byte[] exif = [.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(Secret)];
        byte[] profile = [.. "ICC_PROFILE\0\u0001\u0001"u8, 7, 7];
        byte[] jpeg = [.. picture[..2], .. Segment(0xE1, exif), .. Segment(0xFE, Encoding.ASCII.GetBytes(Secret)), .. Segment(0xE2, profile),
            .. Segment(0xED, Encoding.ASCII.GetBytes(Secret)), .. picture[2..], .. Encoding.ASCII.GetBytes(Secret)];

        var stripped = await StripAsync(jpeg);

        Encoding.Latin1.GetString(stripped).ShouldNotContain("KSampler");
        stripped.AsSpan().IndexOf(Segment(0xE2, profile)).ShouldBeGreaterThan(0);
        // The orientation is kept, in EXIF without anything else.
        stripped[2..12].ShouldBe([0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8]);
        stripped[31].ShouldBe((byte)6);
        var tables = picture.AsSpan().IndexOf((byte[])[0xFF, 0xDB]);
        stripped.AsSpan().EndsWith(picture.AsSpan(tables)).ShouldBeTrue();
    }

    [Fact]
    public async Task Svg_OfSaveSvgNode_LosesItsWorkflowAndDrawsTheSame()
    {
        const string Before = "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" data-a=\"a > b\">";
        const string After = "<style><![CDATA[a > b { fill: red }]]></style><rect width=\"8\"/></svg>";
        var svg = $"{Before}<metadata>\n<![CDATA[\n{Secret} </metadata> <desc>\n]]>\n</metadata><!-- {Secret} --><svg:desc>{Secret}<b/></svg:desc><desc/>{After}";

        Encoding.UTF8.GetString(await StripAsync(Encoding.UTF8.GetBytes(svg))).ShouldBe(Before + After);
    }

    [Fact]
    public async Task Glb_WithExtras_LosesThemAndKeepsItsBuffers()
    {
        byte[] Model(string extras)
        {
            var json = $"{{\"asset\":{{\"version\":\"2.0\"{extras}}},\"accessors\":[{{\"max\":[1.50,2e0]}}]}}";
            var padded = Encoding.UTF8.GetBytes(json.PadRight((json.Length + 3) / 4 * 4));
            byte[] file = [.. "glTF"u8, 2, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(padded.Length), .. "JSON"u8, .. padded, 4, 0, 0, 0, .. "BIN\0"u8, 1, 2, 3, 4];
            BitConverter.TryWriteBytes(file.AsSpan(8), file.Length);
            return file;
        }

        (await StripAsync(Model($",\"extras\":{{\"prompt\":{Secret}}}"))).ShouldBe(Model(""));
    }

    [Fact]
    public async Task Latent_WithMetadata_KeepsItsTensorsInTheirPlace()
    {
        const string Tensor = "\"latent_tensor\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        var header = Encoding.UTF8.GetBytes($"{{\"__metadata__\":{{\"prompt\":\"{Secret.Replace("\"", "\\\"", StringComparison.Ordinal)}\"}},{Tensor}");
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. header, 1, 2, 3, 4];

        var stripped = await StripAsync(file);

        stripped.Length.ShouldBe(file.Length);
        Encoding.UTF8.GetString(stripped[8..^4]).Trim().ShouldBe("{" + Tensor);
        stripped[^4..].ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task Mp3_WithTagsBehind_LosesThem()
    {
        var sound = Fixture.Read("sound.mp3");
        var text = Encoding.ASCII.GetBytes(Secret);
        byte[] ape = [.. "APETAGEX"u8, 0xD0, 7, 0, 0, .. BitConverter.GetBytes(text.Length + 32), .. new byte[16], .. text, .. "APETAGEX"u8, .. new byte[24]];
        byte[] tagged = [.. sound, .. ape, .. "TAG"u8, .. new byte[125]];

        var stripped = await StripAsync(tagged);

        stripped.ShouldBe(await StripAsync(sound));
        Encoding.Latin1.GetString(stripped).ShouldNotContain("lighthouse");
        stripped.Length.ShouldBeGreaterThan(8000);
    }

    /// <summary>What ffmpeg wrote, as ComfyUI's nodes do through PyAV: the words are gone, and the technical metadata stays.</summary>
    [Fact]
    public async Task EveryFixture_LosesItsWorkflowAndStaysWhatItIs()
    {
        foreach (var name in Fixture.Names)
        {
            var file = Fixture.Read(name);
            using var stripped = new MemoryStream();

            var isClean = await MetadataFilter.CopyWithoutAsync(new MemoryStream(file), stripped, TestContext.Current.CancellationToken);

            isClean.ShouldBe(!name.EndsWith(".tiff", StringComparison.Ordinal), name);
            Encoding.Latin1.GetString(stripped.ToArray()).ShouldNotContain("lighthouse", customMessage: name);
            var before = await MediaFile.ReadAsync(new MemoryStream(file), TestContext.Current.CancellationToken);
            (await MediaFile.ReadAsync(stripped, TestContext.Current.CancellationToken)).ShouldBe(before, name);
        }
    }

    [Fact]
    public async Task File_OfAnySize_IsNeverHeldInMemory()
    {
        const long Size = 1L << 30;
        byte[] head = [.. Signature, .. PngChunk("tEXt", Secret), 0x3F, 0xFF, 0xFF, 0xFF, .. "IDAT"u8];
        var source = new EndlessStream(head, Size);
        var destination = new CountingStream(() => source.Consumed);

        await MetadataFilter.CopyWithoutAsync(source, destination, TestContext.Current.CancellationToken);

        destination.Written.ShouldBe(Size - PngChunk("tEXt", Secret).Length);
        destination.Furthest.ShouldBeLessThan(1 << 20);
    }

    private static async Task<byte[]> StripAsync(byte[] file)
    {
        using var stripped = new MemoryStream();
        await MetadataFilter.CopyWithoutAsync(new MemoryStream(file), stripped, TestContext.Current.CancellationToken);
        return stripped.ToArray();
    }

    private static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    private static byte[] PngChunk(string type, string data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type + data).CopyTo(chunk, 4);
        return chunk;
    }

    private static byte[] WebP(byte[] chunks)
    {
        byte[] file = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. chunks];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;
    }

    private static byte[] Riff(string type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[8 + data.Length + (data.Length & 1)];
        Encoding.ASCII.GetBytes(type).CopyTo(chunk, 0);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), data.Length);
        data.CopyTo(chunk.AsSpan(8));
        return chunk;
    }

    private static byte[] Box(string type, ReadOnlySpan<byte> data)
    {
        byte[] box = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(type), .. data];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        return box;
    }

    private static byte[] Vint(long value, int length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value | (1L << (7 * length)));
        return bytes[^length..];
    }

    /// <summary>A file of any length, of which only the beginning exists.</summary>
    private sealed class EndlessStream(byte[] head, long length) : Stream
    {
        public long Consumed { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => Consumed; set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = (int)Math.Min(buffer.Length, length - Consumed);
            if (Consumed < head.Length)
            {
                count = Math.Min(count, head.Length - (int)Consumed);
                head.AsMemory((int)Consumed, count).CopyTo(buffer);
            }

            Consumed += count;
            return ValueTask.FromResult(count);
        }

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    /// <summary>Counts what it gets, and how far the reading was ever ahead of it.</summary>
    private sealed class CountingStream(Func<long> read) : Stream
    {
        public long Written { get; private set; }

        public long Furthest { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Written;

        public override long Position { get => Written; set => throw new NotSupportedException(); }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Furthest = Math.Max(Furthest, read() - Written);
            Written += buffer.Length;
            return ValueTask.CompletedTask;
        }

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
