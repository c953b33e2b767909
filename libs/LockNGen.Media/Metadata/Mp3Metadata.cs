using System.Buffers.Binary;
using LockNGen.Media.Formats;

namespace LockNGen.Media.Metadata;

/// <summary>MP3: tags before, between and after the frames are removed (ID3v2, ID3v1, APEv2), frame by frame.</summary>
internal static class Mp3Metadata
{
    private const int LongestHeader = 32;
    private const int Id3V1Length = 128;
    private const int ApeHeaderLength = 32;

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        var hasFrames = false;
        while (await copy.PeekAsync(LongestHeader, cancellationToken) is { IsEmpty: false } head)
        {
            if (TagLength(head.Span) is > 0 and var tag)
            {
                await copy.SkipAsync(tag, cancellationToken);
            }
            else if (head.Span.StartsWith("fLaC"u8) && !hasFrames)
            {
                return await FlacMetadata.FilterAsync(copy, cancellationToken);
            }
            else if (Mp3Frame.Read(head.Span) is { Length: > 4 } frame)
            {
                hasFrames = true;
                await copy.CopyAsync(frame.Length, cancellationToken);
            }
            else if (hasFrames)
            {
                // Nothing between frames is played by a decoder.
                await copy.SkipAsync(1, cancellationToken);
            }
            else
            {
                await copy.CopyRestAsync(cancellationToken);
                return false;
            }
        }

        return hasFrames;
    }

    private static long TagLength(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("ID3"u8))
            return SoundFormats.TagLength(head);
        if (head.StartsWith("TAG"u8))
            return Id3V1Length;
        // The size includes the footer but not the header.
        return head.StartsWith("APETAGEX"u8) && head.Length >= 16 ? ApeHeaderLength + (long)BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) : 0;
    }
}
