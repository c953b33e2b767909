using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LockNGen.Media.Metadata;

namespace LockNGen.Media.Tests.Metadata;

/// <summary>For comments of any length: they are gone, the packets of sound are the same, pages are numbered and their checksums right.</summary>
public sealed class OggMetadataProperties
{
    private const string Word = "lighthouse";

    [Theory]
    [InlineData("sound.opus")]
    [InlineData("sound.ogg")]
    [InlineData("sound-flac.ogg")]
    public void Comments_OfAnyLength_GoAndTheSoundStays(string name)
    {
        var pages = Pages(Fixture.Read(name));
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100),
            Prop.ForAll(Gen.Choose(0, 200_000).ToArbitrary(), length =>
            {
                var tagged = WithComment(pages, length);
                using var stripped = new MemoryStream();
                var isClean = MetadataFilter.CopyWithoutAsync(new MemoryStream(tagged), stripped, CancellationToken.None).GetAwaiter().GetResult();
                var cleaned = Pages(stripped.ToArray());
                return isClean
                    && !Encoding.Latin1.GetString(stripped.ToArray()).Contains(Word, StringComparison.Ordinal)
                    && cleaned.Select(p => p.Number).SequenceEqual(Enumerable.Range(0, cleaned.Count).Select(n => (uint)n))
                    // Written again, they have the same checksum.
                    && cleaned.SelectMany(p => p.ToBytes()).SequenceEqual(stripped.ToArray())
                    && Sound(cleaned).SequenceEqual(Sound(pages));
            }));
    }

    private static IEnumerable<byte> Sound(List<OggPage> pages) => pages.Where(p => p.Position > 0).SelectMany(p => p.Data.Prepend((byte)p.Position));

    /// <summary>The same file with as long a comment in front of the other descriptions.</summary>
    private static byte[] WithComment(List<OggPage> pages, int length)
    {
        var comment = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Word, (length / Word.Length) + 1)));
        var described = pages.Where(p => p.Position == 0 && !p.IsFirst).ToList();
        var packets = Packets(described);
        byte[] signature = packets[0][0] switch { (byte)'O' => [.. "OpusTags"u8], 3 => [.. "\u0003vorbis"u8], _ => [packets[0][0], 0, 0, 0] };
        packets[0] = [.. signature, .. BitConverter.GetBytes(comment.Length), .. comment, 0, 0, 0, 0, 1];
        List<byte> segments = [.. packets.SelectMany(p => Enumerable.Repeat((byte)255, p.Length / 255).Append((byte)(p.Length % 255)))];
        byte[] data = [.. packets.SelectMany(p => p)];
        var (at, number) = (0, 1u);
        List<OggPage> made = [pages[0]];
        foreach (var chunk in segments.Chunk(255))
        {
            var size = chunk.Sum(s => s);
            made.Add(new OggPage(at > 0 ? OggPage.Continues : (byte)0, 0, pages[0].Serial, number++, chunk, data[at..(at + size)]));
            at += size;
        }

        made.AddRange(pages.Where(p => p.Position > 0).Select(p => p with { Number = number++ }));
        return [.. made.SelectMany(p => p.ToBytes())];
    }

    private static List<byte[]> Packets(List<OggPage> pages)
    {
        var (packets, packet) = (new List<byte[]>(), new List<byte>());
        foreach (var page in pages)
        {
            var at = 0;
            foreach (var segment in page.Segments)
            {
                packet.AddRange(page.Data.AsSpan(at, segment));
                at += segment;
                if (segment == 255)
                    continue;
                packets.Add([.. packet]);
                packet.Clear();
            }
        }

        return packets;
    }

    private static List<OggPage> Pages(byte[] file)
    {
        List<OggPage> pages = [];
        for (var at = 0; OggPage.LengthOf(file.AsSpan(at)) is { } length; at += length)
            pages.Add(OggPage.Read(file.AsSpan(at, length)));
        return pages;
    }
}
