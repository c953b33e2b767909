namespace LockNGen.Media.Metadata;

/// <summary>FLAC: only blocks stay that a decoder needs; comments, pictures and whatever else there is become padding.</summary>
internal static class FlacMetadata
{
    private const int SignatureLength = 4;

    // One bit "last", the type, and three bytes of length.
    private const int HeaderLength = 4;
    private const byte Last = 0x80;
    private const byte StreamInfo = 0;
    private const byte Padding = 1;
    private const byte SeekTable = 3;
    private const byte CueSheet = 5;

    /// <summary>Cleans the file; tells whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        await copy.CopyAsync(SignatureLength, cancellationToken);
        var last = false;
        while (!last && await copy.PeekAsync(HeaderLength, cancellationToken) is { Length: HeaderLength } peeked)
        {
            var header = peeked.ToArray();
            last = (header[0] & Last) != 0;
            var length = header[1] << 16 | header[2] << 8 | header[3];
            if ((header[0] & ~Last) is not (StreamInfo or SeekTable or CueSheet))
            {
                header[0] = (byte)(header[0] & Last | Padding);
                await copy.ReplaceAsync(header, cancellationToken);
                await copy.BlankAsync(length, cancellationToken);
            }
            else
            {
                await copy.CopyAsync(HeaderLength + length, cancellationToken);
            }
        }

        await copy.CopyRestAsync(cancellationToken);
        return last;
    }
}
