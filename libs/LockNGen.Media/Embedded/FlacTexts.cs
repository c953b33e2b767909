using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>FLAC: a comment block among those before the audio.</summary>
internal static class FlacTexts
{
    private const byte Comments = 4;

    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (!file.StartsWith("fLaC"u8))
            return;
        var rest = file.From(4);
        while (rest.Length > 4)
        {
            var header = rest.Byte(0);
            var block = rest.From(4, rest.Big32(0) & 0xFFFFFF);
            if ((header & 0x7F) == Comments)
                VorbisComments.Read(block, texts);
            if ((header & 0x80) != 0)
                return;
            rest = rest.From(4L + block.Length);
        }
    }
}
