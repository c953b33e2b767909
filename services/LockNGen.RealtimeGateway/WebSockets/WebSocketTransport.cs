using System.Buffers.Binary;
using System.Text;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.WebSockets;

/// <summary>Writes finished frames to the upgraded connection, all of a batch at once.</summary>
internal sealed class WebSocketTransport(HttpContext context, Stream stream, bool deflate) : ClientTransport
{
    private readonly SocketOutput? _socket = SocketOutput.Of(context);

    /// <summary>A control frame carries 125 bytes, two of them the code.</summary>
    private const int MaxReasonBytes = 123;

    public override string Name => "websocket";

    public override ValueTask SendAsync(SendBatch batch)
    {
        foreach (var message in batch.Messages)
            batch.Write(deflate ? message.DeflatedFrame : message.Frame);
        return _socket?.SendAsync(batch.Bytes) ?? stream.WriteAsync(batch.Bytes, CancellationToken.None);
    }

    public override ServerMessage Goodbye(int code, string reason)
    {
        Span<byte> frame = stackalloc byte[2 + 2 + MaxReasonBytes];
        Encoding.UTF8.TryGetBytes(reason, frame[4..], out var length);
        frame[0] = 0x88;
        frame[1] = (byte)(2 + length);
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)code);
        return ServerMessage.RawFrame(frame[..(4 + length)]);
    }

    public override void Abort() => context.Abort();
}
