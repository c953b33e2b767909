using System.Text;
using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>Comments as FLAC and Ogg have them: a vendor, a count, and as many <c>key=text</c> entries.</summary>
internal static class VorbisComments
{
    public static void Read(ReadOnlySpan<byte> block, List<EmbeddedText> texts)
    {
        var rest = block.From(4L + block.Little32(0));
        var count = rest.Little32(0);
        rest = rest.From(4);
        for (; count > 0 && rest.Length >= 4; count--)
        {
            var comment = rest.From(4, rest.Little32(0));
            if (comment.IndexOf((byte)'=') is > 0 and var at)
                texts.Add(new(Encoding.UTF8.GetString(comment[..at]), Encoding.UTF8.GetString(comment[(at + 1)..])));
            rest = rest.From(4L + comment.Length);
        }
    }
}
