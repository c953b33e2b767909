using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>The header of an MPEG audio frame (ISO 11172-3, 13818-3): 11 ones, version, layer, bit rate, sample rate.</summary>
internal readonly record struct Mp3Frame(int Length, int Samples, int SampleRate, int BitRate, bool IsVersion1, bool IsMono)
{
    private static readonly int[] Rates = [44_100, 48_000, 32_000];
    private static readonly int[][] KilobitsOfVersion1 =
    [
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    ];

    private static readonly int[][] KilobitsOfVersion2 =
    [
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    ];

    public static Mp3Frame? Read(ReadOnlySpan<byte> head)
    {
        var header = head.Big32(0);
        var (version, layer, bitRate, rate) = ((header >> 19) & 3, (header >> 17) & 3, (header >> 12) & 15, (header >> 10) & 3);
        if (header >> 21 != 0x7FF || version == 1 || layer == 0 || bitRate is 0 or 15 || rate == 3)
            return null;
        // Layers are counted down: 1 is layer III.
        var kilobits = (version == 3 ? KilobitsOfVersion1 : KilobitsOfVersion2)[layer - 1][bitRate];
        var sampleRate = Rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
        var samples = layer == 3 ? 384 : layer == 1 && version != 3 ? 576 : 1152;
        var padding = (int)(header >> 9) & 1;
        var length = layer == 3 ? ((12_000 * kilobits / sampleRate) + padding) * 4 : (samples / 8 * 1000 * kilobits / sampleRate) + padding;
        return new(length, samples, sampleRate, kilobits * 1000, version == 3, ((header >> 6) & 3) == 3);
    }

    /// <summary>Much that is not audio starts with eleven ones: another frame must follow, unless the bytes end first.</summary>
    public bool IsFollowed(ReadOnlySpan<byte> head) => head.Length < Length + 4 || Read(head.From(Length)) is { } next && next.SampleRate == SampleRate;

    /// <summary>A silent first frame (Xing, Info) has the number of frames; without it, the duration follows from a constant bit rate and the length.</summary>
    public MediaInfo Describe(ReadOnlySpan<byte> frame, long? length)
    {
        var tag = frame.From(4 + (IsVersion1 ? IsMono ? 17 : 32 : IsMono ? 9 : 17));
        var seconds = (tag.StartsWith("Xing"u8) || tag.StartsWith("Info"u8)) && (tag.Byte(7) & 1) != 0
            ? HeadBytes.Seconds((double)tag.Big32(8) * Samples, SampleRate)
            : length is { } bytes ? HeadBytes.Seconds(bytes * 8.0, BitRate) : null;
        return new(MediaType.Mp3, DurationSeconds: seconds);
    }
}
