using System.Collections.Concurrent;
using LockNGen.RealtimeGateway.Drain;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>Makes the connections of this replica and keeps track of them.</summary>
internal sealed class ClientConnections(
    WriteLoops loops, DrainState drain, IOptions<ConnectionOptions> options, GatewayMetrics metrics, TimeProvider time)
{
    private readonly ConcurrentDictionary<ClientConnection, byte> _open = new();

    public IEnumerable<ClientConnection> Open => _open.Select(c => c.Key);

    public ClientConnection Create(
        Caller caller, ClientTransport transport, ClientView view, bool answersPings = true, bool endsWithGeneration = false)
    {
        var connection = new ClientConnection(caller, transport, view, loops.Next(), options.Value, metrics, time)
        {
            AnswersPings = answersPings,
            EndsWithGeneration = endsWithGeneration,
        };
        _open.TryAdd(connection, 0);
        metrics.Connected(transport.Name);
        // It slipped in while the replica began to go away, perhaps too late to be told with the others.
        if (drain.IsDraining)
            connection.Close(CloseCode.GoingAway, DrainState.Goodbye);
        return connection;
    }

    public void Remove(ClientConnection connection)
    {
        if (_open.TryRemove(connection, out _))
            metrics.Disconnected(connection.Transport.Name);
    }
}
