using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.Messaging;

/// <summary>
/// Publishes events of generations. Awaiting it means: the broker has confirmed. One publisher per generation awaits each event before
/// the next, which is what keeps them in order.
/// </summary>
public sealed class EventPublisher(IBus bus)
{
    /// <summary>
    /// Publishes one event. The same event always makes the same bytes and message id, so repeating it after a lost connection is harmless.
    /// </summary>
    /// <exception cref="OperationCanceledException">The broker did not confirm in time; the event may or may not have arrived.</exception>
    public Task PublishAsync(GenerationEvent message, EventContext context, CancellationToken cancellationToken) =>
        bus.Publish(message, message.GetType(), send => Prepare(send, message, context, EventSerializer.Instance), cancellationToken);

    /// <summary>
    /// Publishes an event that is kept as JSON, in exactly those bytes: who wrote it may be a newer version, with properties that our record lacks.
    /// </summary>
    public Task PublishAsync(string type, byte[] json, EventContext context, CancellationToken cancellationToken)
    {
        var message = ContractsJson.Deserialize(type, json);
        return bus.Publish(message, message.GetType(), send => Prepare(send, message, context, new EventSerializer(json)), cancellationToken);
    }

    /// <summary>Publishes the bytes of a preview image; not durable.</summary>
    public Task PublishAsync(GenerationPreviewBytes preview, EventContext context, CancellationToken cancellationToken) =>
        bus.Publish(preview, send => Prepare(send, preview, context), cancellationToken);

    private static void Prepare(PublishContext send, GenerationEvent message, EventContext context, EventSerializer serializer)
    {
        send.MessageId = MessageIds.Of(message.GenerationId, message.Sequence);
        send.Durable = !GenerationEventTypes.IsProgress(message.Type);
        SetHeaders(send, context);
        send.Serializer = serializer;
    }

    private static void Prepare(PublishContext send, GenerationPreviewBytes preview, EventContext context)
    {
        send.Durable = false;
        SetHeaders(send, context);
        send.Serializer = EventSerializer.Instance;
    }

    private static void SetHeaders(PublishContext send, EventContext context)
    {
        if (context.Owner is not null)
            send.Headers.Set(EventHeaders.Owner, context.Owner);
        if (context.TraceParent is not null)
            send.Headers.Set(EventHeaders.TraceParent, context.TraceParent);
        if (context.ReceivedAt is { } receivedAt)
            send.Headers.Set(EventHeaders.ReceivedAt, receivedAt);
    }
}
