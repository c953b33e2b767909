using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>Ogg with Opus, Vorbis or FLAC: the second packet has comments; it may be longer than a page.</summary>
internal static class OggTexts
{
    private const int HeaderLength = 27;
    private const byte FlacComments = 4;

    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        var packet = new List<byte>();
        var rest = file;
        var number = 0;
        while (rest.StartsWith("OggS"u8) && number < 2 && packet.Count <= EmbeddedText.Longest)
        {
            var segments = rest.From(HeaderLength, rest.Byte(26));
            var data = rest.From(HeaderLength + segments.Length);
            foreach (var length in segments)
            {
                if (number == 1)
                    packet.AddRange(data.From(0, length));
                data = data.From(length);
                if (length < byte.MaxValue && ++number == 2)
                    break;
            }

            rest = data;
        }

        ReadOnlySpan<byte> comments = packet.ToArray();
        if (comments.StartsWith("OpusTags"u8))
            VorbisComments.Read(comments[8..], texts);
        else if (comments.StartsWith("\u0003vorbis"u8))
            VorbisComments.Read(comments[7..], texts);
        else if ((comments.Byte(0) & 0x7F) == FlacComments)
            VorbisComments.Read(comments.From(4), texts);
    }
}
