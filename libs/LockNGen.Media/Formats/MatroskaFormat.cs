using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>WebM and Matroska (RFC 8794 and 9559): the document type says which of the two, the tracks whether there is video.</summary>
internal static class MatroskaFormat
{
    private const uint DocType = 0x4282;
    private const uint Segment = 0x18538067;
    private const uint Info = 0x1549A966;
    private const uint TimestampScale = 0x2AD7B1;
    private const uint Duration = 0x4489;
    private const uint Tracks = 0x1654AE6B;
    private const uint TrackEntry = 0xAE;
    private const uint TrackKind = 0x83;
    private const uint Video = 0xE0;
    private const uint PixelWidth = 0xB0;
    private const uint PixelHeight = 0xBA;
    private const uint Cluster = 0x1F43B675;

    private const ulong NanosecondsPerUnit = 1_000_000;

    public static MediaInfo? Read(ReadOnlySpan<byte> head)
    {
        if (head.Big32(0) != Ebml.Header)
            return null;
        var facts = new Facts { Scale = NanosecondsPerUnit };
        Read(head, ref facts);
        var type = (facts.IsWebM, SoundOnly: facts.HasSound && !facts.HasPicture) switch
        {
            (true, true) => MediaType.WebMAudio,
            (true, false) => MediaType.WebM,
            (false, true) => MediaType.MatroskaAudio,
            (false, false) => MediaType.Matroska,
        };
        return new(type, facts.Width, facts.Height, HeadBytes.Seconds(facts.Duration * facts.Scale, 1_000_000_000));
    }

    private static void Read(ReadOnlySpan<byte> elements, ref Facts facts)
    {
        while (Ebml.TryTake(ref elements, out var id, out var content) && id != Cluster)
        {
            switch (id)
            {
                case Ebml.Header or Segment or Info or Tracks or TrackEntry or Video:
                    Read(content, ref facts);
                    break;
                case DocType:
                    facts.IsWebM = content.TrimEnd((byte)0).SequenceEqual("webm"u8);
                    break;
                case TimestampScale:
                    facts.Scale = Ebml.Number(content);
                    break;
                case Duration:
                    facts.Duration = content.Length == 4 ? BitConverter.UInt32BitsToSingle(content.Big32(0)) : BitConverter.UInt64BitsToDouble(content.Big64(0));
                    break;
                case TrackKind:
                    facts.HasPicture |= Ebml.Number(content) == 1;
                    facts.HasSound |= Ebml.Number(content) == 2;
                    break;
                case PixelWidth when facts.Width == 0:
                    facts.Width = (int)Math.Min(int.MaxValue, Ebml.Number(content));
                    break;
                case PixelHeight when facts.Height == 0:
                    facts.Height = (int)Math.Min(int.MaxValue, Ebml.Number(content));
                    break;
            }
        }
    }

    private struct Facts
    {
        public bool IsWebM;
        public bool HasPicture;
        public bool HasSound;
        public int Width;
        public int Height;
        public double Duration;
        public ulong Scale;
    }
}
