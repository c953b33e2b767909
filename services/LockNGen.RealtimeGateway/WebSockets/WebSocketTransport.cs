using System.Buffers.Binary;
using System.Text;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.WebSockets;

/// <summary>Writes finished frames, all of a batch at once.</summary>
internal abstract class WebSocketTransport(bool deflate) : ClientTransport
{
    /// <summary>A control frame carries up to 125 bytes, two of them for the code.</summary>
    private const int MaxReasonBytes = 123;

    /// <summary>Whether permessage-deflate was agreed on.</summary>
    public bool Deflate => deflate;

    public override string Name => "websocket";

    public override ValueTask SendAsync(SendBatch batch)
    {
        foreach (var message in batch.Messages)
            batch.Write(deflate ? message.DeflatedFrame : message.Frame);
        return SendAsync(batch.Bytes);
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

    /// <summary>Sends all of it; completes synchronously unless the client reads too slowly.</summary>
    protected abstract ValueTask SendAsync(ReadOnlyMemory<byte> frames);
}

/// <summary>Directly to the socket.</summary>
internal sealed class RawWebSocketTransport(RawConnection connection, bool deflate) : WebSocketTransport(deflate)
{
    public override void Abort() => connection.Abort();

    protected override ValueTask SendAsync(ReadOnlyMemory<byte> frames) => connection.SendAsync(frames);
}

/// <summary>Through the stream of a request, which lasts as long as the connection.</summary>
internal sealed class UpgradedWebSocketTransport(HttpContext context, Stream stream, bool deflate) : WebSocketTransport(deflate)
{
    public override void Abort() => context.Abort();

    protected override ValueTask SendAsync(ReadOnlyMemory<byte> frames) => stream.WriteAsync(frames, CancellationToken.None);
}
