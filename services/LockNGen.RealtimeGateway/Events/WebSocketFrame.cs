using System.Buffers.Binary;

namespace LockNGen.RealtimeGateway.Events;

/// <summary>Unmasked server frames (RFC 6455, section 5.2). One event is framed once, however many clients get it.</summary>
internal static class WebSocketFrame
{
    private const byte FinalText = 0x81;
    private const byte Compressed = 0x40;

    /// <summary>A whole text message in one frame.</summary>
    /// <param name="json">UTF-8 text.</param>
    /// <param name="payload">Where the text starts in the frame.</param>
    public static byte[] Text(ReadOnlySpan<byte> json, out int payload) => Build(FinalText, json, out payload);

    /// <summary>The same with the bit that says "compressed" (RFC 7692, section 6).</summary>
    public static byte[] CompressedText(ReadOnlySpan<byte> deflated) => Build(FinalText | Compressed, deflated, out _);

    private static byte[] Build(byte start, ReadOnlySpan<byte> content, out int payload)
    {
        payload = content.Length switch { < 126 => 2, <= ushort.MaxValue => 4, _ => 10 };
        var frame = new byte[payload + content.Length];
        frame[0] = start;
        switch (payload)
        {
            case 2:
                frame[1] = (byte)content.Length;
                break;
            case 4:
                frame[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)content.Length);
                break;
            default:
                frame[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)content.Length);
                break;
        }

        content.CopyTo(frame.AsSpan(payload));
        return frame;
    }
}
