using System.Collections.Concurrent;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>Creates the connections of this replica and keeps track of them.</summary>
internal sealed partial class ClientConnections(
    WriteLoops loops, DrainState drain, IOptions<ConnectionOptions> options, GatewayMetrics metrics, TimeProvider clock, ILogger<ClientConnections> logger)
{
    private readonly ConcurrentDictionary<ClientConnection, byte> _open = new();

    public IEnumerable<ClientConnection> Open => _open.Select(c => c.Key);

    public ClientConnection Create(
        Caller caller, ClientTransport transport, ClientView view, bool answersPings = true, bool endsWithGeneration = false)
    {
        var connection = new ClientConnection(caller, transport, view, loops.Next(), options.Value, metrics, clock)
        {
            AnswersPings = answersPings,
            EndsWithGeneration = endsWithGeneration,
        };
        _open.TryAdd(connection, 0);
        metrics.Connected(transport.Name);
        LogConnected(transport.Name, connection.Id, caller.Owner);
        // It was added while the replica began to drain, perhaps too late to get the announcement with the others.
        if (drain.IsDraining)
            connection.Close(CloseCode.GoingAway, DrainState.Goodbye);
        return connection;
    }

    public void Remove(ClientConnection connection)
    {
        if (!_open.TryRemove(connection, out _))
            return;
        metrics.Disconnected(connection.Transport.Name);
        LogDisconnected(connection.Transport.Name, connection.Id, connection.ClosedWith);
    }

    [LoggerMessage(LogLevel.Debug, "{Transport} {Connection} of {Owner} is open")]
    private partial void LogConnected(string transport, string connection, string? owner);

    [LoggerMessage(LogLevel.Debug, "{Transport} {Connection} has ended, {Reason}")]
    private partial void LogDisconnected(string transport, string connection, string reason);
}
