using System.Diagnostics;
using System.Text.Json;
using LockNGen.Contracts;
using MassTransit;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// Publishes events of generations. Awaiting it means: the broker has confirmed. One publisher per generation awaits each event before
/// the next, which is what keeps them in order.
/// </summary>
public sealed class EventPublisher
{
    /// <summary>MassTransit's header of the trace that a message belongs to.</summary>
    private const string ActivityId = "MT-Activity-Id";

    private readonly IBus _bus;
    private readonly EventLine? _line;

    internal EventPublisher(IBus bus, EventLine? line) => (_bus, _line) = (bus, line);

    /// <summary>
    /// Whether <see cref="PostAsync(GenerationEvent, EventContext, CancellationToken)"/> keeps the order of events without waiting for each; in
    /// memory it does not.
    /// </summary>
    public bool KeepsOrder => _line is not null;

    /// <summary>
    /// Publishes one event behind all that this process has posted. A lost connection is made good here: the task ends with the broker's confirm,
    /// or when it is cancelled, and then the event may or may not have arrived.
    /// </summary>
    public Task PostAsync(GenerationEvent message, EventContext context, CancellationToken cancellationToken)
    {
        if (_line is null)
            return PublishAsync(message, context, cancellationToken);
        var properties = Properties(MessageUrn.ForTypeString(message.GetType()), context);
        properties.MessageId = MessageIds.Of(message.GenerationId, message.Sequence).ToString();
        properties.Persistent = !GenerationEventTypes.IsProgress(message.Type);
        return _line.PostAsync(new PostedEvent(message.Type, ProgressPartitions.KeyOf(message.GenerationId), properties, ContractsJson.Serialize(message), cancellationToken));
    }

    /// <summary>The same for the bytes of a preview image; not durable.</summary>
    public Task PostAsync(GenerationPreviewBytes preview, EventContext context, CancellationToken cancellationToken)
    {
        if (_line is null)
            return PublishAsync(preview, context, cancellationToken);
        var properties = Properties(MessageUrn.ForTypeString<GenerationPreviewBytes>(), context);
        properties.Persistent = false;
        var body = JsonSerializer.SerializeToUtf8Bytes(preview, ContractsJson.Default.GenerationPreviewBytes);
        return _line.PostAsync(new PostedEvent(GenerationPreviewBytes.Exchange, ProgressPartitions.KeyOf(preview.GenerationId), properties, body, cancellationToken));
    }

    /// <summary>
    /// Publishes one event. The same event always makes the same bytes and message id, so repeating it after a lost connection is harmless.
    /// </summary>
    /// <exception cref="OperationCanceledException">The broker did not confirm in time; the event may or may not have arrived.</exception>
    public Task PublishAsync(GenerationEvent message, EventContext context, CancellationToken cancellationToken) =>
        _bus.Publish(message, message.GetType(), send => Prepare(send, message, context, EventSerializer.Instance), cancellationToken);

    /// <summary>
    /// Publishes an event that is kept as JSON, in exactly those bytes: who wrote it may be a newer version, with properties that our record lacks.
    /// </summary>
    public Task PublishAsync(string type, byte[] json, EventContext context, CancellationToken cancellationToken)
    {
        var message = ContractsJson.Deserialize(type, json);
        return _bus.Publish(message, message.GetType(), send => Prepare(send, message, context, new EventSerializer(json)), cancellationToken);
    }

    /// <summary>Publishes the bytes of a preview image; not durable.</summary>
    public Task PublishAsync(GenerationPreviewBytes preview, EventContext context, CancellationToken cancellationToken) =>
        _bus.Publish(preview, send => Prepare(send, preview, context), cancellationToken);

    private static void Prepare(PublishContext send, GenerationEvent message, EventContext context, EventSerializer serializer)
    {
        send.MessageId = MessageIds.Of(message.GenerationId, message.Sequence);
        send.Durable = !GenerationEventTypes.IsProgress(message.Type);
        send.TrySetRoutingKey(ProgressPartitions.KeyOf(message.GenerationId));
        SetHeaders((name, value) => send.Headers.Set(name, value), context);
        send.Serializer = serializer;
    }

    private static void Prepare(PublishContext send, GenerationPreviewBytes preview, EventContext context)
    {
        send.Durable = false;
        send.TrySetRoutingKey(ProgressPartitions.KeyOf(preview.GenerationId));
        SetHeaders((name, value) => send.Headers.Set(name, value), context);
        send.Serializer = EventSerializer.Instance;
    }

    private static BasicProperties Properties(string messageType, EventContext context)
    {
        var headers = new Dictionary<string, object?>(4) { [EventHeaders.MessageType] = messageType };
        SetHeaders(headers.Add, context);
        if (Activity.Current?.Id is { } activity)
            headers[ActivityId] = activity;
        return new BasicProperties { ContentType = "application/json", Headers = headers };
    }

    private static void SetHeaders(Action<string, object> set, EventContext context)
    {
        if (context.Owner is not null)
            set(EventHeaders.Owner, context.Owner);
        if (context.TraceParent is not null)
            set(EventHeaders.TraceParent, context.TraceParent);
        if (context.ReceivedAt is { } receivedAt)
            set(EventHeaders.ReceivedAt, receivedAt);
    }
}
