namespace LockNGen.Media.Metadata;

/// <summary>Bytes of metadata in a HEIF file.</summary>
internal readonly record struct PictureItem(long Start, int Length, bool IsExif)
{
    // Where TIFF begins (0), then big-endian TIFF with a directory of no entries: decoders refuse EXIF that is none.
    private static ReadOnlySpan<byte> EmptyExif => [0, 0, 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0];

    public bool IsIn(long start, int length) => Start >= start && Start + Length <= start + length;

    /// <summary>What of it is not in front of a place.</summary>
    public PictureItem From(long start) => new(start, (int)Math.Max(0, Start + Length - start), IsExif: false);

    /// <summary>As many bytes that say nothing.</summary>
    public byte[] Blank()
    {
        var blank = new byte[Length];
        if (!IsExif)
            blank.AsSpan().Fill((byte)' ');
        else if (Length >= EmptyExif.Length)
            EmptyExif.CopyTo(blank);
        return blank;
    }
}
