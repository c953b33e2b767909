using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>Receives preview images.</summary>
internal sealed class PreviewConsumer(IChannel channel, EventIngest ingest) : AsyncDefaultBasicConsumer(channel)
{
    public override Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        ingest.TakePreview(body.Span);
        return Task.CompletedTask;
    }
}
