using LockNGen.Media.Formats;
using LockNGen.Media.Types;

namespace LockNGen.Media;

/// <summary>
/// Tells what a file is by its bytes alone: names and types that others claim are never asked. What is not known is
/// <see cref="MediaType.Unknown"/>, and nothing that is read makes it throw.
/// </summary>
public static class MediaFile
{
    /// <summary>How many bytes from the beginning are enough; fewer are fine where the file is shorter.</summary>
    public const int HeadLength = 64 << 10;

    /// <summary>Tells from the first bytes, at most <see cref="HeadLength"/> of them are looked at.</summary>
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
    /// Tells from a whole file, which can be sought in: also what stands behind its first bytes, like the size of a video whose index comes
    /// last. However large the file, a few pieces of it are read.
    /// </summary>
    public static async Task<MediaInfo> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        var head = new byte[(int)Math.Min(HeadLength, file.Length)];
        await file.ReadExactlyAsync(head, cancellationToken);
        return await FarParts.ReadAsync(file, Recognize(head), head, cancellationToken);
    }
}
