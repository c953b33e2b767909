using LockNGen.Media.Types;

namespace LockNGen.Media;

/// <summary>
/// The picture of a preview: JPEG, PNG or WebP by its bytes, whatever its frame declares. Video packs (VideoHelperSuite and those after it) put
/// an envelope of 24 bytes around each frame: 1, the frame's number, the node's name.
/// </summary>
public static class PreviewPicture
{
    private const int LongestEnvelope = 64;

    /// <summary>Its type; null if it is none of these.</summary>
    public static MediaType? TypeOf(ReadOnlySpan<byte> picture)
    {
        // Enough for a signature and the header after it.
        var type = MediaFile.Recognize(picture[..Math.Min(picture.Length, 256)]).Type;
        return type == MediaType.Jpeg || type == MediaType.Png || type == MediaType.WebP ? type : null;
    }

    /// <summary>Finds the picture in a frame: at its beginning, or after a short envelope.</summary>
    public static (MediaType Type, int Start)? Find(ReadOnlySpan<byte> frame)
    {
        for (var start = 0; start < Math.Min(LongestEnvelope, frame.Length); start++)
        {
            if (frame[start] is 0xFF or 0x89 or (byte)'R' && TypeOf(frame[start..]) is { } type)
                return (type, start);
        }

        return null;
    }
}
