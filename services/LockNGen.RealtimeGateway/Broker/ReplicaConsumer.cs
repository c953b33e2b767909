using LockNGen.Contracts;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>Takes what the replica's queue delivers, in order, one at a time.</summary>
/// <param name="channel">The channel that delivers.</param>
/// <param name="ingest">Where to.</param>
/// <param name="cancelled">Called when the broker ends the delivery, because the queue is gone.</param>
internal sealed class ReplicaConsumer(IChannel channel, EventIngest ingest, Action cancelled) : AsyncDefaultBasicConsumer(channel)
{
    /// <summary>
    /// One acknowledgement for many: each costs a system call. What is delivered twice because it was not acknowledged is dropped by its
    /// sequence.
    /// </summary>
    private const int AcknowledgeEvery = 256;

    private int _unacknowledged;
    private long _delivered;

    /// <summary>Released when the replica hears itself.</summary>
    public SemaphoreSlim CanaryHeard { get; } = new(0);

    /// <summary>Messages so far.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    public override Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        _delivered++;
        var isCanary = exchange.Length == 0;
        if (isCanary)
        {
            CanaryHeard.Release();
        }
        else if (exchange == TokenRevoked.Exchange)
        {
            ingest.TakeRevocation(body.Span);
        }
        else
        {
            var (owner, receivedAt) = EventHeaderReader.Read(properties);
            ingest.TakeEvent(body.Span, owner, receivedAt, EventHeaderReader.TraceParentOf(properties));
        }

        if (!isCanary && ++_unacknowledged < AcknowledgeEvery)
            return Task.CompletedTask;
        _unacknowledged = 0;
        return Channel.BasicAckAsync(deliveryTag, multiple: true, cancellationToken).AsTask();
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        cancelled();
        return Task.CompletedTask;
    }
}
