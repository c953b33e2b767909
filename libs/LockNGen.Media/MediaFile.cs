using LockNGen.Media.Formats;
using LockNGen.Media.Types;

namespace LockNGen.Media;

/// <summary>
/// Recognizes a file by its bytes alone: names and declared types are ignored. An unknown file is
/// <see cref="MediaType.Unknown"/>, and no content makes it throw.
/// </summary>
public static class MediaFile
{
    /// <summary>As many bytes from the beginning are enough; a shorter file needs fewer.</summary>
    public const int HeadLength = 64 << 10;

    /// <summary>Recognizes a file by its first bytes, of which at most <see cref="HeadLength"/> are examined.</summary>
    public static MediaInfo Recognize(ReadOnlySpan<byte> head)
    {
        head = head[..Math.Min(head.Length, HeadLength)];
        return PictureFormats.Read(head)
            ?? IsoMediaFormat.Read(head)
            ?? MatroskaFormat.Read(head)
            ?? RiffFormats.Read(head)
            ?? SoundFormats.Read(head)
            ?? OggFormat.Read(head)
            ?? ModelFormats.Read(head)
            ?? SafetensorsFormat.Read(head)
            ?? ArchiveFormats.Read(head)
            ?? TextFormats.Read(head)
            ?? new MediaInfo(MediaType.Unknown);
    }

    /// <summary>
    /// Recognizes a whole, seekable file, including what lies beyond its first bytes, such as the size of a video whose index comes
    /// last. However large the file, only a few pieces of it are read.
    /// </summary>
    public static async Task<MediaInfo> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        var head = new byte[(int)Math.Min(HeadLength, file.Length)];
        await file.ReadExactlyAsync(head, cancellationToken);
        return await FarParts.ReadAsync(file, Recognize(head), head, cancellationToken);
    }
}
