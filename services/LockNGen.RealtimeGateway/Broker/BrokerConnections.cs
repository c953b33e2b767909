using LockNGen.ServiceDefaults.Bus;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// Connections for reading events. The client's own recovery is off: after a lost connection the rings have to be filled first, so
/// whoever uses one starts over.
/// </summary>
internal sealed class BrokerConnections(IOptions<BusOptions> bus, IOptions<ReplicaOptions> replica)
{
    private readonly ConnectionFactory _factory = new()
    {
        Uri = new Uri(bus.Value.Address!),
        AutomaticRecoveryEnabled = false,
        RequestedHeartbeat = TimeSpan.FromSeconds(10),
        RequestedConnectionTimeout = TimeSpan.FromSeconds(10),
        ContinuationTimeout = TimeSpan.FromSeconds(10),
    };

    public Task<IConnection> OpenAsync(string purpose, CancellationToken cancellationToken) =>
        _factory.CreateConnectionAsync($"realtime-gateway {replica.Value.Name} {purpose}", cancellationToken);
}
