using LockNGen.Messaging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// Connections for reading events. After a loss the rings have to be filled first, so their users start over.
/// </summary>
internal sealed class BrokerConnections
{
    private readonly ConnectionFactory _factory;
    private readonly string _replica;

    public BrokerConnections(BrokerNodes nodes, IOptions<ReplicaOptions> replica)
    {
        _replica = replica.Value.Name;
        _factory = nodes.CreateFactory();
        _factory.ContinuationTimeout = TimeSpan.FromSeconds(5);
    }

    /// <summary>The credentials and settings of the connections.</summary>
    public IConnectionFactory Factory => _factory;

    public Task<IConnection> OpenAsync(string purpose, CancellationToken cancellationToken) =>
        _factory.CreateConnectionAsync(Name(purpose), cancellationToken);

    /// <summary>The name of a connection in the broker's own tools.</summary>
    public string Name(string purpose) => $"realtime-gateway {_replica} {purpose}";
}
