using System.Buffers.Binary;
using System.Text;
using LockNGen.ComfyUiWatcher.Generations;

namespace LockNGen.ComfyUiWatcher.Tests.Generations;

public sealed class ImageMetadataTests
{
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    [Fact]
    public void Png_WithWorkflow_LosesItAndNothingElse()
    {
        byte[] png = [.. Signature, .. Chunk("IHDR", "size"), .. Chunk("tEXt", "prompt\0{}"), .. Chunk("iTXt", "workflow"), .. Chunk("zTXt", "x"),
            .. Chunk("comf", "prompt\0{}"), .. Chunk("IDAT", "pixels"), .. Chunk("IEND", "")];

        ImageMetadata.Strip(png).ShouldBe([.. Signature, .. Chunk("IHDR", "size"), .. Chunk("IDAT", "pixels"), .. Chunk("IEND", "")]);
    }

    [Fact]
    public void Png_CutShort_IsPassedOnAsItIs()
    {
        byte[] png = [.. Signature, .. Chunk("tEXt", "prompt"), .. Chunk("IDAT", "pixels").AsSpan(0, 9)];

        ImageMetadata.Strip(png).ShouldBe(png);
    }

    [Fact]
    public void WebP_WithExif_LosesItAndTheFlagThatAnnouncesIt()
    {
        var webP = WebP([.. RiffChunk("VP8X", [0b0001_1100, 0, 0, 0]), .. RiffChunk("VP8 ", [1, 2, 3]), .. RiffChunk("EXIF", "{}"u8)]);

        ImageMetadata.Strip(webP).ShouldBe(WebP([.. RiffChunk("VP8X", [0b0001_0000, 0, 0, 0]), .. RiffChunk("VP8 ", [1, 2, 3])]));
    }

    [Fact]
    public void OtherFiles_AreLeftAlone() => ImageMetadata.Strip([1, 2, 3]).ShouldBe([1, 2, 3]);

    private static byte[] Chunk(string type, string data)
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

    private static byte[] RiffChunk(string type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[8 + data.Length + (data.Length & 1)];
        Encoding.ASCII.GetBytes(type).CopyTo(chunk, 0);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), data.Length);
        data.CopyTo(chunk.AsSpan(8));
        return chunk;
    }
}
