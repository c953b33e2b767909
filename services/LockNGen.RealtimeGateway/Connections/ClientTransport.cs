using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>How messages reach a client: WebSocket frames, an SSE stream, or a socket that someone else accepted.</summary>
internal abstract class ClientTransport
{
    /// <summary>Its name in metrics.</summary>
    public abstract string Name { get; }

    /// <summary>Writes a batch; one at a time. Completes synchronously unless the client reads too slowly.</summary>
    public abstract ValueTask SendAsync(SendBatch batch);

    /// <summary>The frame that closes the connection; null if the stream just ends.</summary>
    public abstract ServerMessage? Goodbye(int code, string reason);

    /// <summary>Ends the connection without a close frame.</summary>
    public abstract void Abort();
}
