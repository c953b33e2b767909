using System.Buffers;
using System.IO.Pipelines;
using LockNGen.Hosting.Streams;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.WebSockets;

/// <summary>
/// What <see cref="System.Net.WebSockets.WebSocket"/> reads the client's frames from. What it writes (pongs, and a close frame after
/// broken framing) goes through the connection's queue, because two writers would interleave their frames.
/// </summary>
internal sealed class WebSocketInput(PipeReader input, ClientConnection connection) : DuplexStream
{
    private const byte CloseFrame = 0x88;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await input.ReadAsync(cancellationToken);
        connection.Received();
        var length = (int)Math.Min(buffer.Length, result.Buffer.Length);
        var read = result.Buffer.Slice(0, length);
        read.CopyTo(buffer.Span);
        // The blocks read to their end are used again from here on.
        input.AdvanceTo(read.End);
        return length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var frame = ServerMessage.RawFrame(buffer.Span);
        if (buffer.Span[0] == CloseFrame)
            connection.CloseWith(frame);
        else
            connection.Send(frame);
        return ValueTask.CompletedTask;
    }
}
