using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SkiaSharp;

namespace LockNGen.Media.Tests.Metadata;

/// <summary>For any text in any of the places that pictures have for it: it is gone, checksums and lengths are right, a decoder gets the same pixels.</summary>
public sealed class PictureMetadataProperties
{
    [Fact]
    public void Png_WithAnyTextAnywhere_LosesItAndKeepsItsPixels()
    {
        var png = Fixture.Read("picture.png");
        var firstData = png.AsSpan().IndexOf("IDAT"u8) - 4;
        Holds(
            "picture.png",
            from type in Gen.Elements("tEXt", "iTXt", "zTXt", "eXIf", "comf", "prVt")
            from text in Words.Texts
            from isBehind in Gen.Elements(true, false)
            from orientation in Gen.Choose(0, 8)
            select (text, Insert(png, isBehind ? png.Length - 12 : firstData, PngChunk(type, PngData(type, text, orientation)))),
            cleaned => PngChecksums(cleaned).ShouldBeTrue());
    }

    [Theory]
    [InlineData("picture-metadata.webp")]
    [InlineData("animation-metadata.webp")]
    public void WebP_WithAnyExifAndXmp_LosesItAndKeepsItsPixels(string name)
    {
        var webp = WithoutRiff(Fixture.Read(name), "EXIF", "XMP ");
        Holds(
            name,
            from text in Words.Texts
            from orientation in Gen.Choose(0, 8)
            select (text, RiffLength([.. webp, .. RiffChunk("EXIF", Exif(text, orientation)), .. RiffChunk("XMP ", Encoding.UTF8.GetBytes(text))])),
            cleaned => BinaryPrimitives.ReadUInt32LittleEndian(cleaned.AsSpan(4)).ShouldBe((uint)cleaned.Length - 8));
    }

    [Fact]
    public void Jpeg_WithAnySegment_LosesItAndKeepsItsPixels()
    {
        var jpeg = Fixture.Read("picture.jpg");
        Holds(
            "picture.jpg",
            from marker in Gen.Elements<byte>(0xFE, 0xE0, 0xE1, 0xE2, 0xEC, 0xED, 0xEF)
            from text in Words.Texts
            from orientation in Gen.Choose(0, 8)
            let content = marker == 0xE1 ? [.. "Exif\0\0"u8, .. Exif(text, orientation)] : Encoding.UTF8.GetBytes(text)
            let part = content[..Math.Min(content.Length, 65_000)]
            select (text, Insert(jpeg, 20, [0xFF, marker, (byte)((part.Length + 2) >> 8), (byte)(part.Length + 2), .. part])));
    }

    [Theory]
    [InlineData("picture-metadata.avif")]
    [InlineData("picture-shared-metadata.avif")]
    public void Avif_WithAnyWordsInItsItems_LosesThemAndKeepsItsPixels(string name)
    {
        var avif = Fixture.Read(name);
        var word = "lighthouse"u8.ToArray();
        Holds(
            name,
            Words.AsciiTexts.Select(text =>
            {
                var file = avif.ToArray();
                var replacement = Encoding.ASCII.GetBytes(text.PadRight(word.Length)[..word.Length]);
                for (var at = file.AsSpan().IndexOf(word); at >= 0; at = file.AsSpan().IndexOf(word))
                    replacement.CopyTo(file, at);
                return (Encoding.ASCII.GetString(replacement).TrimEnd(), file);
            }));
    }

    [Fact]
    public void Gif_WithAnyComment_LosesItAndKeepsItsFrames()
    {
        var gif = Fixture.Read("animation.gif");
        Holds(
            "animation.gif",
            from text in Words.Texts
            let blocks = Encoding.UTF8.GetBytes(text).Chunk(255).SelectMany(b => b.Prepend((byte)b.Length))
            select (text, Insert(gif, gif.Length - 1, [0x21, 0xFE, .. blocks, 0])));
    }

    [Fact]
    public void EveryWebP_Cleaned_ShowsTheSameFrames()
    {
        foreach (var name in Fixture.Names.Where(n => Path.GetExtension(n) == ".webp"))
            Frames(Cleaned.Of(Fixture.Read(name))).ShouldBe(Frames(Fixture.Read(name)), name);
    }

    /// <summary>Debian's ffmpeg reads no animated WebP, and of none which side is up.</summary>
    private static string Samples(byte[] file, string name) => Path.GetExtension(name) == ".webp" ? Frames(file) : Ffmpeg.Samples(file, name);

    private static string Frames(byte[] file)
    {
        using var codec = SKCodec.Create(new MemoryStream(file));
        var frames = Enumerable.Range(0, Math.Max(1, codec.FrameCount)).Select(frame =>
        {
            using var picture = new SKBitmap(codec.Info.WithColorType(SKColorType.Rgba8888));
            codec.GetPixels(picture.Info, picture.GetPixels(), new SKCodecOptions(frame)).ShouldBe(SKCodecResult.Success);
            return Convert.ToHexString(SHA256.HashData(picture.GetPixelSpan()));
        });
        return $"{codec.EncodedOrigin} {string.Join(' ', frames)}";
    }

    private static void Holds(string name, Gen<(string Text, byte[] File)> files, Action<byte[]>? check = null)
    {
        Ffmpeg.Require();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(5),
            Prop.ForAll(files.ToArbitrary(), made =>
            {
                var cleaned = Cleaned.Of(made.File);
                Words.AreIn(cleaned, made.Text).ShouldBeFalse(made.Text);
                check?.Invoke(cleaned);
                Samples(cleaned, name).ShouldBe(Samples(made.File, name));
            }));
    }

    /// <summary>A description (or the model, where ComfyUI writes the prompt), and which side is up if it is not 0.</summary>
    private static byte[] Exif(string text, int orientation)
    {
        var described = Encoding.UTF8.GetBytes(text + "\0");
        var entries = orientation == 0 ? 1 : 2;
        var tiff = new byte[14 + (12 * entries)];
        "MM\0*\0\0\0\u0008"u8.CopyTo(tiff);
        BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(8), (ushort)entries);
        BinaryPrimitives.WriteUInt32BigEndian(tiff.AsSpan(10), 0x0110_0002);
        BinaryPrimitives.WriteInt32BigEndian(tiff.AsSpan(14), described.Length);
        BinaryPrimitives.WriteInt32BigEndian(tiff.AsSpan(18), tiff.Length);
        if (orientation != 0)
            ((byte[])[1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0]).CopyTo(tiff, 22);
        return [.. tiff, .. described];
    }

    private static byte[] PngData(string type, string text, int orientation)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        switch (type)
        {
            case "tEXt":
                return [.. "prompt\0"u8, .. bytes];
            case "iTXt":
                return [.. "prompt\0\0\0\0\0"u8, .. bytes];
            case "zTXt":
                using (var compressed = new MemoryStream())
                {
                    // Stored unchanged, so that the words could be found.
                    using (var zlib = new ZLibStream(compressed, CompressionLevel.NoCompression, leaveOpen: true))
                        zlib.Write(bytes);
                    return [.. "prompt\0\0"u8, .. compressed.ToArray()];
                }

            case "eXIf":
                return Exif(text, orientation);
            default:
                return bytes;
        }
    }

    private static byte[] PngChunk(string type, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.HashToUInt32(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    private static bool PngChecksums(ReadOnlySpan<byte> png)
    {
        for (png = png[8..]; !png.IsEmpty;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png);
            if (BinaryPrimitives.ReadUInt32BigEndian(png[(8 + length)..]) != Crc32.HashToUInt32(png.Slice(4, 4 + length)))
                return false;
            png = png[(12 + length)..];
        }

        return true;
    }

    private static byte[] Insert(byte[] file, int at, byte[] piece) => [.. file[..at], .. piece, .. file[at..]];

    private static byte[] RiffChunk(string type, byte[] data) =>
        [.. Encoding.ASCII.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[data.Length & 1]];

    private static byte[] RiffLength(byte[] riff)
    {
        BinaryPrimitives.WriteInt32LittleEndian(riff.AsSpan(4), riff.Length - 8);
        return riff;
    }

    /// <summary>The file without its own chunks of these types; that they are there is still announced.</summary>
    private static byte[] WithoutRiff(byte[] riff, params string[] types)
    {
        List<byte> kept = [.. riff[..12]];
        for (var at = 12; at + 8 <= riff.Length;)
        {
            var length = 8 + BinaryPrimitives.ReadInt32LittleEndian(riff.AsSpan(at + 4));
            length += length & 1;
            if (!types.Contains(Encoding.ASCII.GetString(riff, at, 4)))
                kept.AddRange(riff.AsSpan(at, length));
            at += length;
        }

        return [.. kept];
    }
}
