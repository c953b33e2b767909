using System.Buffers.Binary;
using System.Text;
using LockNGen.ComfyUiWatcher.Results;

namespace LockNGen.ComfyUiWatcher.Tests.Results;

public sealed class MediaMetadataTests
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
    public async Task WebP_WithExif_HasJunkInItsPlaceAndNoFlagThatAnnouncesIt()
    {
        var webP = WebP([.. Riff("VP8X", [0b0001_1100, 0, 0, 0]), .. Riff("VP8 ", [1, 2, 3]), .. Riff("EXIF", Encoding.ASCII.GetBytes(Secret))]);

        (await StripAsync(webP)).ShouldBe(WebP([.. Riff("VP8X", [0b0001_0000, 0, 0, 0]), .. Riff("VP8 ", [1, 2, 3]), .. Riff("JUNK", new byte[Secret.Length])]));
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

    [Fact]
    public async Task Mp3_WithATag_StartsWithItsSound()
    {
        byte[] sound = [.. "ID3"u8, 4, 0, 0, 0, 0, 0, (byte)Secret.Length, .. Encoding.ASCII.GetBytes(Secret), 0xFF, 0xFB, 1];

        (await StripAsync(sound)).ShouldBe([0xFF, 0xFB, 1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GIF89a")]
    [InlineData("RIFF")]
    [InlineData("plain text that is longer than any signature")]
    public async Task OtherFiles_AreLeftAlone(string file) => (await StripAsync(Encoding.ASCII.GetBytes(file))).ShouldBe(Encoding.ASCII.GetBytes(file));

    [Fact]
    public async Task File_OfAnySize_IsNeverHeldInMemory()
    {
        const long Size = 1L << 30;
        byte[] head = [.. Signature, .. PngChunk("tEXt", Secret), 0x3F, 0xFF, 0xFF, 0xFF, .. "IDAT"u8];
        var source = new EndlessStream(head, Size);
        var destination = new CountingStream(() => source.Consumed);

        await MediaMetadata.CopyWithoutAsync(source, destination, TestContext.Current.CancellationToken);

        destination.Written.ShouldBe(Size - PngChunk("tEXt", Secret).Length);
        destination.Furthest.ShouldBeLessThan(1 << 20);
    }

    private static async Task<byte[]> StripAsync(byte[] file)
    {
        using var stripped = new MemoryStream();
        await MediaMetadata.CopyWithoutAsync(new MemoryStream(file), stripped, TestContext.Current.CancellationToken);
        return stripped.ToArray();
    }

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
