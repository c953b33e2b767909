using LockNGen.Contracts;
using LockNGen.Messaging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// The queues of this replica. Durable and neither exclusive nor auto-delete, so that they go on collecting while a connection is down;
/// they expire when the replica stays away.
/// </summary>
internal sealed class ReplicaQueues(IOptions<ReplicaOptions> replica, IOptions<BusOptions> bus)
{
    /// <summary>Previews are worth nothing a moment later: a few per generation that renders now.</summary>
    private const int MaxPreviews = 100;

    public string Events { get; } = "realtime-gateway-" + replica.Value.Name;

    public string Previews { get; } = $"realtime-gateway-{replica.Value.Name}-previews";

    /// <summary>Declares everything that this replica reads from; repeating it is harmless, and brings back what someone removed.</summary>
    public async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.QueueDeclareAsync(
            EventTopology.Stream, durable: true, exclusive: false, autoDelete: false, Arguments(EventTopology.StreamArguments(bus.Value)),
            cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            Events, durable: true, exclusive: false, autoDelete: false, Bounded("x-max-length-bytes", replica.Value.QueueMaxBytes),
            cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            Previews, durable: true, exclusive: false, autoDelete: false, Bounded("x-max-length", MaxPreviews),
            cancellationToken: cancellationToken);

        foreach (var exchange in GenerationEventTypes.All)
        {
            await BindAsync(channel, exchange, EventTopology.Stream, cancellationToken);
            await BindAsync(channel, exchange, Events, cancellationToken);
        }

        await BindAsync(channel, TokenRevoked.Exchange, Events, cancellationToken);
        await BindAsync(channel, GenerationPreviewBytes.Exchange, Previews, cancellationToken);
    }

    private static async Task BindAsync(IChannel channel, string exchange, string queue, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, exchange, routingKey: "", cancellationToken: cancellationToken);
    }

    private static Dictionary<string, object?> Arguments(IReadOnlyDictionary<string, object> arguments) =>
        arguments.ToDictionary(a => a.Key, a => (object?)a.Value);

    private Dictionary<string, object?> Bounded(string limit, long value) => new()
    {
        ["x-expires"] = (long)replica.Value.QueueExpires.TotalMilliseconds,
        [limit] = value,
        ["x-overflow"] = "drop-head",
    };
}
