using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>Ogg (RFC 3533): the first packet of its first page says what it contains.</summary>
internal static class OggFormat
{
    private const int PageHeaderLength = 27;
    private const int OpusRate = 48_000;

    public static MediaInfo? Read(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("OggS"u8))
            return null;
        var packet = FirstPacket(head);
        if (packet.StartsWith("OpusHead"u8))
            return new(MediaType.Opus);
        return packet.Has(1, "theora"u8) || packet.Has(1, "video\0"u8)
            ? new(MediaType.OggVideo)
            : new(MediaType.Ogg);
    }

    /// <summary>The duration of the audio, from the position in its last page; null if there is none.</summary>
    public static double? Duration(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        var packet = FirstPacket(head);
        // Opus counts at its own rate, and includes the samples to skip at the start.
        var isOpus = packet.StartsWith("OpusHead"u8);
        var skipped = isOpus ? packet.Little16(10) : 0;
        var rate = isOpus ? OpusRate : packet.Has(1, "vorbis"u8) ? packet.Little32(12) : packet.Has(1, "FLAC"u8) ? packet.Big32(27) >> 12 : 0;
        var page = tail.From(tail.LastIndexOf("OggS"u8));
        // All ones: no packet ends in that page.
        return page.Length >= PageHeaderLength && page.Little64(6) is var position and < long.MaxValue ? HeadBytes.Seconds((double)position - skipped, rate) : null;
    }

    private static ReadOnlySpan<byte> FirstPacket(ReadOnlySpan<byte> page) => page.From(PageHeaderLength + page.Byte(PageHeaderLength - 1));
}
