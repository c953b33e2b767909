using System.Net.WebSockets;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>Writes to a socket that someone else accepted: whole messages, because that socket frames them itself.</summary>
internal sealed class RegisteredSocketTransport(WebSocket socket) : ClientTransport
{
    public override string Name => "registered";

    public override async ValueTask SendAsync(SendBatch batch)
    {
        foreach (var message in batch.Messages)
        {
            if (message.Kind < EventKind.Frame)
                await socket.SendAsync(message.Json, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
    }

    public override ServerMessage? Goodbye(int code, string reason) => null;

    public override void Abort() => socket.Abort();
}
