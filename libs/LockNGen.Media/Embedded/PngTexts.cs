using System.IO.Compression;
using System.Text;
using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>PNG: chunks with a key and a text, plain, compressed or international, and ComfyUI's own for animations (<c>comf</c>).</summary>
internal static class PngTexts
{
    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (!file.StartsWith(PictureFormats.PngSignature))
            return;
        var rest = file.From(PictureFormats.PngSignature.Length);
        // Shared by all compressed texts: a small file may hold many that inflate to a lot.
        var left = EmbeddedText.Longest;
        while (rest.Length >= 12)
        {
            var type = rest[4..8];
            var data = rest.From(8, rest.Big32(0));
            if (type.SequenceEqual("IEND"u8))
                return;
            if (type.SequenceEqual("tEXt"u8) || type.SequenceEqual("comf"u8))
                Add(data, texts, ref left, static (value, ref _) => (Encoding.Latin1, value.ToArray()));
            else if (type.SequenceEqual("zTXt"u8))
                Add(data, texts, ref left, static (value, ref left) => (Encoding.Latin1, Inflate(value.From(1), ref left)));
            else if (type.SequenceEqual("iTXt"u8))
                Add(data, texts, ref left, International);
            else if (type.SequenceEqual("eXIf"u8))
                ExifTexts.Read(data, texts);
            rest = rest.From(12L + data.Length);
        }
    }

    private delegate (Encoding Encoding, byte[]? Value) Reading(ReadOnlySpan<byte> value, ref int left);

    private static void Add(ReadOnlySpan<byte> data, List<EmbeddedText> texts, ref int left, Reading read)
    {
        var end = data.IndexOf((byte)0);
        if (end <= 0)
            return;
        var (encoding, value) = read(data[(end + 1)..], ref left);
        // Python writes plain ones as Latin-1; others write UTF-8, although the specification forbids it.
        if (value is not null)
            texts.Add(new(Encoding.Latin1.GetString(data[..end]), IsUtf8(value) ? Encoding.UTF8.GetString(value) : encoding.GetString(value)));
    }

    // Whether it is compressed, how, a language, the key in that language, the text.
    private static (Encoding Encoding, byte[]? Value) International(ReadOnlySpan<byte> value, ref int left)
    {
        var isCompressed = value.Byte(0) == 1;
        var rest = value.From(2);
        for (var i = 0; i < 2; i++)
            rest = rest.IndexOf((byte)0) is >= 0 and var end ? rest[(end + 1)..] : default;
        return (Encoding.UTF8, isCompressed ? Inflate(rest, ref left) : rest.ToArray());
    }

    private static bool IsUtf8(byte[] value) => System.Text.Unicode.Utf8.IsValid(value);

    /// <summary>The text; null if it is corrupt, or exceeds what is left.</summary>
    private static byte[]? Inflate(ReadOnlySpan<byte> compressed, ref int left)
    {
        try
        {
            using var stream = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
            var inflated = new MemoryStream();
            var buffer = new byte[81_920];
            while (left > 0)
            {
                var read = stream.Read(buffer);
                if (read == 0)
                    return inflated.ToArray();
                inflated.Write(buffer, 0, read);
                left -= read;
            }

            return null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
