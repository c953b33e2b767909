using System.IO.Compression;

namespace LockNGen.RealtimeGateway.Events;

/// <summary>
/// permessage-deflate without context takeover: every message is compressed independently, so that one compressed frame works for every
/// client that negotiated it.
/// </summary>
internal static class DeflatedWebSocketFrame
{
    /// <summary>Null if compression does not pay off.</summary>
    public static byte[]? Of(ReadOnlySpan<byte> json)
    {
        using var compressed = new MemoryStream(json.Length);
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(json);
            // Ends the block on a byte boundary with 00 00 FF FF, which RFC 7692 (7.2.1) leaves off.
            deflate.Flush();
            var length = (int)compressed.Length - 4;
            return length < json.Length ? WebSocketFrame.CompressedText(compressed.GetBuffer().AsSpan(0, length)) : null;
        }
    }
}
