using LockNGen.Contracts;
using LockNGen.Messaging;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// The queues of this replica, while its connections last: events and preview images. They are exclusive to their connections, and end with them.
/// </summary>
/// <param name="channel">For the queue of previews, and all exchanges.</param>
/// <param name="events">The queue of events.</param>
/// <param name="bus">The options of the stream, which is declared here, too.</param>
internal sealed class ReplicaQueues(IChannel channel, ReplicaConsumer events, BusOptions bus)
{
    /// <summary>Previews are worthless a moment later: a few per rendering generation are enough.</summary>
    private const int MaxPreviews = 100;

    private static readonly Dictionary<string, object?> PreviewArguments = new() { ["x-max-length"] = MaxPreviews, ["x-overflow"] = "drop-head" };

    /// <summary>The name of the queue of previews.</summary>
    public string Previews { get; } = events.Queue + "-previews";

    /// <summary>
    /// A name for a queue of events. New for every connection: while the broker has not noticed that an old connection is lost, its queue is locked.
    /// </summary>
    public static string NewName(string replica) => $"realtime-gateway-{replica}-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>Declares and binds everything that this replica reads from; repeating it is harmless, and restores what someone removed.</summary>
    public async Task DeclareAsync(CancellationToken cancellationToken)
    {
        await EventTopology.DeclareAsync(channel, bus, cancellationToken);
        await channel.ExchangeDeclareAsync(TokenRevoked.Exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(Previews, durable: false, exclusive: true, autoDelete: false, PreviewArguments, cancellationToken: cancellationToken);
        foreach (var exchange in GenerationEventTypes.State)
            await events.BindAsync(exchange, "", cancellationToken);
        await events.BindAsync(TokenRevoked.Exchange, "", cancellationToken);
        await BindAsync(ProgressPartitions.NoKey, cancellationToken);
    }

    /// <summary>Subscribes the replica to the progress and previews of a partition; repeating it is harmless.</summary>
    public async Task BindAsync(string partition, CancellationToken cancellationToken)
    {
        await events.BindAsync(ProgressPartitions.Exchange, partition, cancellationToken);
        await channel.QueueBindAsync(Previews, ProgressPartitions.PreviewExchange, partition, cancellationToken: cancellationToken);
    }

    /// <summary>Ends that; the partition need not be bound.</summary>
    public async Task UnbindAsync(string partition, CancellationToken cancellationToken)
    {
        await events.UnbindAsync(ProgressPartitions.Exchange, partition, cancellationToken);
        await channel.QueueUnbindAsync(Previews, ProgressPartitions.PreviewExchange, partition, cancellationToken: cancellationToken);
    }
}
