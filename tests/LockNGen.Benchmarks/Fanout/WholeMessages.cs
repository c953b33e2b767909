using System.Net.WebSockets;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>Reads a message that may come in parts.</summary>
internal static class WholeMessages
{
    /// <summary>The next message's bytes, in the beginning of the buffer.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadMessageAsync(this ClientWebSocket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer[length..], cancellationToken);
            length += part.Count;
        }
        while (!part.EndOfMessage);
        return buffer[..length];
    }
}
