using LockNGen.Messaging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// Connections for reading events. After a lost one the rings have to be filled first, so whoever uses one starts over.
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

    /// <summary>As whom to connect, and how.</summary>
    public IConnectionFactory Factory => _factory;

    public Task<IConnection> OpenAsync(string purpose, CancellationToken cancellationToken) =>
        _factory.CreateConnectionAsync(Name(purpose), cancellationToken);

    /// <summary>What the broker's own tools show of a connection.</summary>
    public string Name(string purpose) => $"realtime-gateway {_replica} {purpose}";
}
