using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>FLAC (RFC 9639), and MP3 and AAC, which have no signature: they start with a tag (ID3v2) or with their first frame.</summary>
internal static class SoundFormats
{
    private const int TagHeaderLength = 10;

    public static MediaInfo? Read(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("fLaC"u8))
            return ReadFlac(head);
        if (head.StartsWith("ID3"u8) && head.Byte(3) is < 0xFF and > 1)
        {
            var sound = head.From(TagLength(head));
            if (sound.StartsWith("fLaC"u8))
                return ReadFlac(sound);
            // If the tag is longer than the bytes read, assume the usual case.
            return Mp3Frame.Read(sound) is { } frame ? frame.Describe(sound, length: null) : new(MediaType.Mp3);
        }

        if (Mp3Frame.Read(head) is { } first && first.IsFollowed(head))
            return first.Describe(head, length: null);
        // AAC in ADTS: twelve ones, layer 0, and a valid rate.
        return head.Byte(0) == 0xFF && (head.Byte(1) & 0xF6) == 0xF0 && (head.Byte(2) & 0x3C) < 0x34 && head.Length > 7 ? new(MediaType.Aac) : null;
    }

    /// <summary>The length of the tag at the start: seven bits per byte; a flag says whether there is a footer.</summary>
    public static int TagLength(ReadOnlySpan<byte> head) => head.StartsWith("ID3"u8)
        ? TagHeaderLength + ((head.Byte(5) & 0x10) != 0 ? TagHeaderLength : 0)
            + ((head.Byte(6) & 0x7F) << 21 | (head.Byte(7) & 0x7F) << 14 | (head.Byte(8) & 0x7F) << 7 | head.Byte(9) & 0x7F)
        : 0;

    // After signature and block header: block and frame sizes, then 20 bits of rate, 3 of channels, 5 of sample size, 36 of samples.
    private static MediaInfo ReadFlac(ReadOnlySpan<byte> head)
    {
        var packed = head.Big64(18);
        return new(MediaType.Flac, DurationSeconds: HeadBytes.Seconds(packed & 0xF_FFFF_FFFF, packed >> 44));
    }
}
