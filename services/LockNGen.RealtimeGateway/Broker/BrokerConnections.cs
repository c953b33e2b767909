using LockNGen.Messaging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// Connections for reading events. The client's own recovery is off: after a lost connection the rings have to be filled first, so
/// whoever uses one starts over.
/// </summary>
internal sealed class BrokerConnections(IOptions<BusOptions> bus, IOptions<ReplicaOptions> replica)
{
    /// <summary>After twice as long a silence the broker takes a client for dead.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>Where the broker is, and as whom to connect.</summary>
    public ConnectionFactory Factory { get; } = new()
    {
        Uri = new Uri(bus.Value.Address!),
        AutomaticRecoveryEnabled = false,
        RequestedHeartbeat = Heartbeat,
        RequestedConnectionTimeout = TimeSpan.FromSeconds(10),
        ContinuationTimeout = TimeSpan.FromSeconds(10),
    };

    public Task<IConnection> OpenAsync(string purpose, CancellationToken cancellationToken) =>
        Factory.CreateConnectionAsync(Name(purpose), cancellationToken);

    /// <summary>What the broker's own tools show of a connection.</summary>
    public string Name(string purpose) => $"realtime-gateway {replica.Value.Name} {purpose}";
}
