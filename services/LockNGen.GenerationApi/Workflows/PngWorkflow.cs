using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LockNGen.GenerationApi.Workflows;

/// <summary>The workflow that ComfyUI writes into the pictures it saves: the text chunk <c>prompt</c> has the API format, <c>workflow</c> the editor's.</summary>
internal static class PngWorkflow
{
    private const int ChunkOverhead = 12;

    public static bool IsPng(ReadOnlySpan<byte> body) => body.StartsWith(Signature);

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The JSON of a text chunk; null if there is none of this name that can be read.</summary>
    public static byte[]? Find(ReadOnlySpan<byte> png, string keyword, long maxBytes)
    {
        var rest = png[Signature.Length..];
        while (rest.Length >= ChunkOverhead)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - ChunkOverhead)
                return null;
            var type = Encoding.ASCII.GetString(rest.Slice(4, 4));
            if (type is "tEXt" or "zTXt" or "iTXt" && Read(type, rest.Slice(8, (int)length), keyword, maxBytes) is { } text)
                return text;
            rest = rest[(ChunkOverhead + (int)length)..];
        }

        return null;
    }

    private static byte[]? Read(string type, ReadOnlySpan<byte> data, string keyword, long maxBytes)
    {
        var end = data.IndexOf((byte)0);
        if (end < 0 || Encoding.Latin1.GetString(data[..end]) != keyword)
            return null;
        var rest = data[(end + 1)..];
        switch (type)
        {
            case "tEXt":
                return Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(rest));
            case "zTXt":
                return rest.Length > 0 ? Inflate(rest[1..], maxBytes) : null;
            default:
                if (rest.Length < 2)
                    return null;
                var text = SkipText(SkipText(rest[2..]));
                return rest[0] == 1 ? Inflate(text, maxBytes) : text.ToArray();
        }
    }

    private static ReadOnlySpan<byte> SkipText(ReadOnlySpan<byte> data) => data.IndexOf((byte)0) is var end and >= 0 ? data[(end + 1)..] : [];

    private static byte[]? Inflate(ReadOnlySpan<byte> data, long maxBytes)
    {
        try
        {
            using var inflated = new MemoryStream();
            using var zlib = new ZLibStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
            var buffer = new byte[16_384];
            for (var read = zlib.Read(buffer); read > 0; read = zlib.Read(buffer))
            {
                inflated.Write(buffer, 0, read);
                if (inflated.Length > maxBytes)
                    return null;
            }

            return inflated.ToArray();
        }
        catch (InvalidDataException)
        {
            // A broken chunk is none.
            return null;
        }
    }
}
