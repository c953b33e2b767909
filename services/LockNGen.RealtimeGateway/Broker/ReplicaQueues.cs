using LockNGen.Contracts;
using LockNGen.Messaging;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>What the queues of this replica are bound to.</summary>
/// <param name="channel">Declares the exchanges and the stream.</param>
/// <param name="consumer">Has the queues, which are out of reach for other connections.</param>
/// <param name="bus">The options of the stream.</param>
internal sealed class ReplicaQueues(IChannel channel, ReplicaConsumer consumer, BusOptions bus)
{
    /// <summary>
    /// A name for a queue of events. New for every connection: while the broker has not noticed that an old connection is lost, its queue is locked.
    /// </summary>
    public static string NewName(string replica) => $"realtime-gateway-{replica}-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>Binds the queues to everything that each replica needs; repeating it is harmless, and restores what someone removed.</summary>
    public async Task BindAsync(CancellationToken cancellationToken)
    {
        await EventTopology.DeclareAsync(channel, bus, cancellationToken);
        await channel.ExchangeDeclareAsync(TokenRevoked.Exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        foreach (var exchange in GenerationEventTypes.State)
            await consumer.BindAsync(consumer.Events, exchange, "", cancellationToken);
        await consumer.BindAsync(consumer.Events, TokenRevoked.Exchange, "", cancellationToken);
        await BindAsync(ProgressPartitions.NoKey, cancellationToken);
    }

    /// <summary>Subscribes the replica to the progress and previews of a partition; repeating it is harmless.</summary>
    public async Task BindAsync(string partition, CancellationToken cancellationToken)
    {
        await consumer.BindAsync(consumer.Events, ProgressPartitions.Exchange, partition, cancellationToken);
        await consumer.BindAsync(consumer.Previews, ProgressPartitions.PreviewExchange, partition, cancellationToken);
    }

    /// <summary>Ends that; the partition need not be bound.</summary>
    public async Task UnbindAsync(string partition, CancellationToken cancellationToken)
    {
        await consumer.UnbindAsync(consumer.Events, ProgressPartitions.Exchange, partition, cancellationToken);
        await consumer.UnbindAsync(consumer.Previews, ProgressPartitions.PreviewExchange, partition, cancellationToken);
    }
}
