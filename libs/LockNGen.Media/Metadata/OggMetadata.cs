namespace LockNGen.Media.Metadata;

/// <summary>
/// Ogg: the comment packet is emptied. It may span many pages, so all pages of its stream get new numbers and checksums; what
/// is in them stays, byte for byte.
/// </summary>
internal static class OggMetadata
{
    private const int MostStreams = 64;

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        var streams = new Dictionary<uint, OggStream>();
        var isUnderstood = true;
        while (await NextAsync(copy, cancellationToken) is { } page)
        {
            if (page.IsFirst && streams.Count < MostStreams)
                streams[page.Serial] = new OggStream(page);
            var isKnown = streams.TryGetValue(page.Serial, out var stream);
            isUnderstood &= isKnown;
            foreach (var written in isKnown ? stream!.Filter(page) : [page])
                await copy.WriteAsync(written.ToBytes(), cancellationToken);
        }

        return isUnderstood && streams.Values.All(s => s.IsUnderstood) && await copy.IsAtEndAsync(cancellationToken);
    }

    private static async Task<OggPage?> NextAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        var header = await copy.PeekAsync(OggPage.HeaderLength + byte.MaxValue, cancellationToken);
        if (OggPage.LengthOf(header.Span) is not { } length || (await copy.PeekAsync(length, cancellationToken)).Length < length)
            return null;
        return OggPage.Read(await copy.TakeAsync(length, cancellationToken));
    }
}
