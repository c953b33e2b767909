namespace LockNGen.Media.Metadata;

/// <summary>
/// One stream of an Ogg file: its first packet says what it is, the packets after it describe it, and the last of those ends a page
/// (Opus: RFC 7845; Vorbis and Theora: their specifications; FLAC: RFC 9639, 10.1).
/// </summary>
internal sealed class OggStream
{
    /// <summary>A description is a few kilobytes; comments, which may be megabytes, are not held in memory.</summary>
    private const int LongestHeader = 4 << 20;

    private readonly Codec _codec;
    private readonly List<byte[]> _headers = [];
    private readonly List<byte> _packet = [];
    private int _awaited;
    private uint _moved;

    public OggStream(OggPage first)
    {
        ReadOnlySpan<byte> packet = first.Data;
        (_codec, _awaited) = packet switch
        {
            _ when packet.StartsWith("OpusHead"u8) => (Codec.Opus, 1),
            _ when packet.StartsWith("\u0001vorbis"u8) => (Codec.Vorbis, 2),
            _ when packet.Length > 6 && packet[0] == 0x80 && packet[1..].StartsWith("theora"u8) => (Codec.Theora, 2),
            _ when packet.StartsWith("\u007FFLAC"u8) => (Codec.Flac, int.MaxValue),
            _ => (Codec.Unknown, 0),
        };
        IsUnderstood = _codec != Codec.Unknown;
        Next = first.Number + 1;
    }

    /// <summary>Whether no comments can have been left in it.</summary>
    public bool IsUnderstood { get; private set; }

    private uint Next { get; set; }

    /// <summary>What is written in place of a page.</summary>
    public IEnumerable<OggPage> Filter(OggPage page)
    {
        if (page.IsFirst)
            return [page];
        return _awaited == 0 ? [page with { Number = page.Number - _moved }] : Describe(page);
    }

    private List<OggPage> Describe(OggPage page)
    {
        var (segment, at) = (0, 0);
        while (segment < page.Segments.Length && _awaited > 0)
        {
            var length = page.Segments[segment++];
            if (_packet.Count < LongestHeader)
                _packet.AddRange(page.Data.AsSpan(at, length));
            at += length;
            if (length < byte.MaxValue)
                EndPacket();
        }

        if (_awaited > 0)
            return [];
        var pages = Pages(page).ToList();
        // Nothing else should be in that page; if something is, it follows in a page of its own.
        if (segment < page.Segments.Length)
            pages.Add(page with { Flags = (byte)(page.Flags & ~OggPage.Continues), Number = Next++, Segments = page.Segments[segment..], Data = page.Data[at..] });
        _moved = page.Number + 1 - Next;
        return pages;
    }

    private void EndPacket()
    {
        var packet = _packet.ToArray();
        _packet.Clear();
        // FLAC marks the last of its descriptions; comments may be anywhere among them.
        var isLast = _codec == Codec.Flac ? packet.Length == 0 || (packet[0] & 0x80) != 0 : _awaited == 1;
        var isComment = _codec == Codec.Flac ? packet.Length > 0 && (packet[0] & 0x7F) == 4 : _headers.Count == 0;
        IsUnderstood &= packet.Length < LongestHeader || isComment;
        _headers.Add(isComment ? Empty(packet) : packet);
        _awaited = isLast ? 0 : _awaited - 1;
    }

    private byte[] Empty(byte[] comment) => _codec switch
    {
        // The vendor's name and the number of comments, each of four bytes.
        Codec.Opus => [.. "OpusTags"u8, .. new byte[8]],
        Codec.Vorbis => [.. "\u0003vorbis"u8, .. new byte[8], 1],
        Codec.Theora => [0x81, .. "theora"u8, .. new byte[8]],
        _ => [comment[0], 0, 0, 8, .. new byte[8]],
    };

    private IEnumerable<OggPage> Pages(OggPage last)
    {
        List<byte> segments = [];
        foreach (var header in _headers)
        {
            segments.AddRange(Enumerable.Repeat(byte.MaxValue, header.Length / byte.MaxValue));
            segments.Add((byte)(header.Length % byte.MaxValue));
        }

        var data = _headers.SelectMany(h => h).ToArray();
        var (at, continues) = (0, false);
        foreach (var chunk in segments.Chunk(OggPage.MostSegments))
        {
            var length = chunk.Sum(s => s);
            yield return new OggPage(continues ? OggPage.Continues : (byte)0, 0, last.Serial, Next++, chunk, data[at..(at + length)]);
            at += length;
            continues = chunk[^1] == byte.MaxValue;
        }
    }

    private enum Codec
    {
        Unknown,
        Opus,
        Vorbis,
        Theora,
        Flac,
    }
}
