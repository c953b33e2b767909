using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>WAV and AVI (Microsoft's RIFF), and AIFF (Apple's IFF): chunks of name, length and data.</summary>
internal static class RiffFormats
{
    private const int FileHeaderLength = 12;
    private const int ChunkHeaderLength = 8;

    public static MediaInfo? Read(ReadOnlySpan<byte> head)
    {
        if ((head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8)) && head.Has(8, "WAVE"u8))
            return ReadWav(head.From(FileHeaderLength));
        if (head.StartsWith("RIFF"u8) && head.Has(8, "AVI "u8))
            return new(MediaType.Avi);
        return head.StartsWith("FORM"u8) && (head.Has(8, "AIFF"u8) || head.Has(8, "AIFC"u8)) ? ReadAiff(head.From(FileHeaderLength)) : null;
    }

    private static MediaInfo ReadWav(ReadOnlySpan<byte> chunks)
    {
        var bytesPerSecond = 0u;
        while (chunks.Length >= ChunkHeaderLength)
        {
            var length = chunks.Little32(4);
            if (chunks.StartsWith("fmt "u8))
                bytesPerSecond = chunks.Little32(ChunkHeaderLength + 8);
            // A file written to a pipe has no length.
            if (chunks.StartsWith("data"u8))
                return new(MediaType.Wav, DurationSeconds: length == uint.MaxValue ? null : HeadBytes.Seconds(length, bytesPerSecond));
            chunks = chunks.From(ChunkHeaderLength + length + (length & 1L));
        }

        return new(MediaType.Wav);
    }

    private static MediaInfo ReadAiff(ReadOnlySpan<byte> chunks)
    {
        while (chunks.Length >= ChunkHeaderLength)
        {
            var length = chunks.Big32(4);
            if (chunks.StartsWith("COMM"u8))
            {
                // The rate is an 80-bit float: an exponent, then 64 bits with an explicit leading 1.
                var exponent = (chunks.Big16(ChunkHeaderLength + 8) & 0x7FFF) - 16383 - 63;
                return new(MediaType.Aiff, DurationSeconds: HeadBytes.Seconds(
                    chunks.Big32(ChunkHeaderLength + 2), Math.ScaleB(chunks.Big64(ChunkHeaderLength + 10), exponent)));
            }

            chunks = chunks.From(ChunkHeaderLength + length + (length & 1L));
        }

        return new(MediaType.Aiff);
    }
}
