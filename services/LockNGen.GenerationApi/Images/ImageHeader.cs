using System.Buffers.Binary;

namespace LockNGen.GenerationApi.Images;

/// <summary>What the first bytes of a file tell: its type, and the size of its picture where the format says it there.</summary>
internal sealed record ImageHeader(string ContentType, string Extension, int Width = 0, int Height = 0)
{
    /// <summary>Enough for the header of every format here; a JPEG with more metadata in front counts as one of unknown size.</summary>
    public const int MaxLength = 64 << 10;

    /// <summary>Whether it is a picture that workflows can load.</summary>
    public bool IsPicture => ContentType.StartsWith("image/", StringComparison.Ordinal);

    /// <summary>Reads a file's first bytes; null when it is no format that is known.</summary>
    public static ImageHeader? Read(ReadOnlySpan<byte> head)
    {
        if (head.Length > 3 && head[0] == 0x89 && head[1..4].SequenceEqual("PNG"u8))
            return head.Length < 24 ? null : new("image/png", ".png", Int32(head[16..]), Int32(head[20..]));
        if (head.Length > 10 && (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)))
            return new("image/gif", ".gif", BinaryPrimitives.ReadUInt16LittleEndian(head[6..]), BinaryPrimitives.ReadUInt16LittleEndian(head[8..]));
        if (head.Length > 3 && head[0] == 0xFF && head[1] == 0xD8 && head[2] == 0xFF)
            return ReadJpeg(head);
        if (head.Length > 15 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8))
            return ReadWebP(head);
        if (head.Length > 11 && head[4..8].SequenceEqual("ftyp"u8))
            return new("video/mp4", ".mp4");
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]))
            return new("video/webm", ".webm");
        if (head.StartsWith("fLaC"u8))
            return new("audio/flac", ".flac");
        if (head.StartsWith("OggS"u8))
            return new("audio/ogg", ".ogg");
        if (head.StartsWith("ID3"u8) || (head.Length > 1 && head[0] == 0xFF && (head[1] & 0xE0) == 0xE0))
            return new("audio/mpeg", ".mp3");
        return head.Length > 11 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WAVE"u8) ? new("audio/wav", ".wav") : null;
    }

    /// <summary>The size is in the frame header (SOF), behind any number of other segments.</summary>
    private static ImageHeader ReadJpeg(ReadOnlySpan<byte> head)
    {
        for (var i = 2; i + 9 < head.Length && head[i] == 0xFF;)
        {
            var marker = head[i + 1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return new("image/jpeg", ".jpg", BinaryPrimitives.ReadUInt16BigEndian(head[(i + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(head[(i + 5)..]));
            i += marker == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(head[(i + 2)..]);
        }

        return new("image/jpeg", ".jpg");
    }

    private static ImageHeader ReadWebP(ReadOnlySpan<byte> head)
    {
        if (head.Length < 30)
            return new("image/webp", ".webp");
        var chunk = head[12..16];
        if (chunk.SequenceEqual("VP8X"u8))
            return new("image/webp", ".webp", 1 + Int24(head[24..]), 1 + Int24(head[27..]));
        if (chunk.SequenceEqual("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(head[21..]);
            return new("image/webp", ".webp", (int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }

        return new(
            "image/webp", ".webp", BinaryPrimitives.ReadUInt16LittleEndian(head[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(head[28..]) & 0x3FFF);
    }

    private static int Int32(ReadOnlySpan<byte> bytes) => (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32BigEndian(bytes));

    private static int Int24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
