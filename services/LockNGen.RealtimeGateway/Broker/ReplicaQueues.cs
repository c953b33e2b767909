using LockNGen.Contracts;
using LockNGen.Messaging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// The queues of this replica. Durable and neither exclusive nor auto-delete, so that they go on collecting while a connection is down;
/// they expire if the replica does not return. They are classic queues, each on one node of the broker: their content is in the stream, too.
/// </summary>
internal sealed class ReplicaQueues(IOptions<ReplicaOptions> replica, IOptions<BusOptions> bus)
{
    /// <summary>Previews are worthless a moment later: a few per rendering generation are enough.</summary>
    private const int MaxPreviews = 100;

    /// <summary>The number of names is limited, so that the replica leaves few queues behind on an unhealthy broker.</summary>
    private const int MaxNames = 3;

    private int _name;

    public string Events => $"realtime-gateway-{replica.Value.Name}{Suffix}";

    public string Previews => $"realtime-gateway-{replica.Value.Name}{Suffix}-previews";

    private string Suffix => _name == 0 ? "" : $"-{_name + 1}";

    /// <summary>
    /// Abandons the queues for others. A queue whose node is down can be neither declared nor read until that node is back; under another
    /// name it is declared on a living one. The old one expires.
    /// </summary>
    public void Abandon() => _name = (_name + 1) % MaxNames;

    /// <summary>Declares everything that this replica reads from; repeating it is harmless, and restores what someone removed.</summary>
    public async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await EventTopology.DeclareAsync(channel, bus.Value, cancellationToken);
        await channel.QueueDeclareAsync(
            Events, durable: true, exclusive: false, autoDelete: false, Bounded("x-max-length-bytes", replica.Value.QueueMaxBytes),
            cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            Previews, durable: true, exclusive: false, autoDelete: false, Bounded("x-max-length", MaxPreviews),
            cancellationToken: cancellationToken);

        foreach (var exchange in GenerationEventTypes.State)
            await channel.QueueBindAsync(Events, exchange, routingKey: "", cancellationToken: cancellationToken);
        // Bindings of an older version with the same name, which received all progress.
        foreach (var exchange in GenerationEventTypes.All.Where(GenerationEventTypes.IsProgress))
            await channel.QueueUnbindAsync(Events, exchange, routingKey: "", cancellationToken: cancellationToken);
        await channel.QueueUnbindAsync(Previews, GenerationPreviewBytes.Exchange, routingKey: "", cancellationToken: cancellationToken);
        await BindAsync(channel, ProgressPartitions.NoKey, cancellationToken);
        await channel.ExchangeDeclareAsync(TokenRevoked.Exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(Events, TokenRevoked.Exchange, routingKey: "", cancellationToken: cancellationToken);
    }

    /// <summary>Subscribes the replica to the progress and previews of a partition; repeating it is harmless.</summary>
    public async Task BindAsync(IChannel channel, string partition, CancellationToken cancellationToken)
    {
        await channel.QueueBindAsync(Events, ProgressPartitions.Exchange, partition, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(Previews, ProgressPartitions.PreviewExchange, partition, cancellationToken: cancellationToken);
    }

    /// <summary>Ends that; the partition need not be bound.</summary>
    public async Task UnbindAsync(IChannel channel, string partition, CancellationToken cancellationToken)
    {
        await channel.QueueUnbindAsync(Events, ProgressPartitions.Exchange, partition, cancellationToken: cancellationToken);
        await channel.QueueUnbindAsync(Previews, ProgressPartitions.PreviewExchange, partition, cancellationToken: cancellationToken);
    }

    private Dictionary<string, object?> Bounded(string limit, long value) => new()
    {
        ["x-expires"] = (long)replica.Value.QueueExpires.TotalMilliseconds,
        [limit] = value,
        ["x-overflow"] = "drop-head",
    };
}
