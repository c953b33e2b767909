using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using LockNGen.Media.Embedded;

namespace LockNGen.Media.Tests.Embedded;

public sealed class PngTextsTests
{
    [Fact]
    public void CompressedTexts_ThatAreTooLongTogether_AreReadUpToTheLimit()
    {
        var text = Compressed(new string('a', EmbeddedText.Longest / 3));
        byte[] png = [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("one", text), .. Chunk("two", text), .. Chunk("three", text), .. Chunk("four", text)];

        EmbeddedText.ReadAll(png).Select(t => t.Key).ShouldBe(["one", "two", "three"]);
    }

    private static byte[] Chunk(string key, byte[] text)
    {
        byte[] data = [.. Encoding.Latin1.GetBytes(key), 0, 0, .. text];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        // Checksums are not checked.
        return [.. length, .. "zTXt"u8, .. data, 0, 0, 0, 0];
    }

    private static byte[] Compressed(string text)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(Encoding.UTF8.GetBytes(text));
        return compressed.ToArray();
    }
}
