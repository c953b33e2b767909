using System.Net.WebSockets;
using LockNGen.Contracts;

namespace LockNGen.RealtimeGateway.Fanout;

/// <summary>
/// Hands messages to the clients of this replica. For code hosted in the gateway's process: to send clients messages of its own, or to
/// add clients of its own. Events from the broker do not need it.
/// </summary>
public interface IProgressBroadcaster
{
    /// <summary>
    /// Sends a message to all clients that watch its generation, or watch all. It is neither kept for resuming nor passed on to
    /// other replicas: for that, publish an event.
    /// </summary>
    Task BroadcastAsync(ProgressMessage message, CancellationToken cancellationToken = default);

    /// <summary>Sends a message only to clients that watch this generation by its id.</summary>
    Task BroadcastToGenerationAsync(Guid generationId, ProgressMessage message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds a socket that someone else accepted, reads and closes; from now on this gateway alone writes to it.
    /// </summary>
    /// <param name="socket">An open socket; a second registration of it replaces the first.</param>
    /// <param name="filterGenerationId">The generation to watch; all when null.</param>
    void RegisterClient(WebSocket socket, Guid? filterGenerationId = null);

    /// <summary>Removes a socket; nothing is written to it once this has returned and a send under way is done. Unknown sockets are ignored.</summary>
    void UnregisterClient(WebSocket socket);
}
