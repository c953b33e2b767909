namespace LockNGen.Media.Metadata;

/// <summary>Bytes of metadata in a HEIF file.</summary>
internal readonly record struct PictureItem(long Start, int Length, bool IsExif)
{
    // The offset of what follows: none.
    private const int ExifHeaderLength = 4;

    public bool IsIn(long start, int length) => Start >= start && Start + Length <= start + length;

    /// <summary>The part of it that is not before a given position.</summary>
    public PictureItem From(long start) => new(start, (int)Math.Max(0, Start + Length - start), IsExif: false);

    /// <summary>As many bytes without meaning.</summary>
    public byte[] Blank()
    {
        var blank = new byte[Length];
        if (!IsExif)
            blank.AsSpan().Fill((byte)' ');
        else if (Length >= ExifHeaderLength + ExifOrientation.Nothing.Length)
            ExifOrientation.Nothing.CopyTo(blank.AsSpan(ExifHeaderLength));
        return blank;
    }
}
