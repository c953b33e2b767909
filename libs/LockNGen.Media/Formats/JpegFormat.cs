using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>JPEG: the size is in the frame header (SOF), after any number of other segments.</summary>
internal static class JpegFormat
{
    // Marker, length, precision, height, width.
    private const int FrameHeaderLength = 9;
    private const int MostSegments = 256;

    public static MediaInfo Read(ReadOnlySpan<byte> head)
    {
        long at = 2;
        for (var segment = 0; segment < MostSegments && head.Byte(at) == 0xFF; segment++)
        {
            if (IsFrameHeader(head.From(at)))
                return Size(head.From(at));
            at += LengthOf(head.From(at));
        }

        return new(MediaType.Jpeg);
    }

    /// <summary>The same for a file whose frame header lies beyond the bytes read first.</summary>
    public static async Task<MediaInfo> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        var header = new byte[FrameHeaderLength];
        long at = 2;
        for (var segment = 0; segment < MostSegments; segment++)
        {
            file.Position = at;
            var read = await file.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken);
            if (read < header.Length || header[0] != 0xFF)
                break;
            if (IsFrameHeader(header))
                return Size(header);
            at += LengthOf(header);
        }

        return new(MediaType.Jpeg);
    }

    private static bool IsFrameHeader(ReadOnlySpan<byte> segment) => segment.Byte(1) is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static MediaInfo Size(ReadOnlySpan<byte> segment) => new(MediaType.Jpeg, segment.Big16(7), segment.Big16(5));

    // Any number of FF bytes may precede a marker.
    private static int LengthOf(ReadOnlySpan<byte> segment) => segment.Byte(1) == 0xFF ? 1 : 2 + Math.Max(2, (int)segment.Big16(2));
}
