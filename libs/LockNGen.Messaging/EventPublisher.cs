using System.Diagnostics;
using System.Text.Json;
using LockNGen.Contracts;
using MassTransit;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// Publishes events of generations. An awaited task means that the broker has confirmed the event. The same event always makes the same bytes and
/// message id, so repeating it is harmless.
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
    /// Publishes one event after all that this process has posted. A lost connection is handled here: the task ends with the broker's confirm,
    /// or when it is cancelled, and then the event may or may not have arrived.
    /// </summary>
    public Task PostAsync(GenerationEvent message, EventContext context, CancellationToken cancellationToken) =>
        PostAsync(message, ContractsJson.Serialize(message), context, cancellationToken);

    /// <summary>
    /// Publishes an event stored as JSON, in exactly those bytes: a newer version may have written it, with properties that our record lacks.
    /// </summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public Task PostAsync(string type, byte[] json, EventContext context, CancellationToken cancellationToken) =>
        PostAsync(ContractsJson.Deserialize(type, json), json, context, cancellationToken);

    /// <summary>Publishes the bytes of a preview image; not durable.</summary>
    public Task PostAsync(GenerationPreviewBytes preview, EventContext context, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(preview, ContractsJson.Default.GenerationPreviewBytes);
        if (_line is null)
            return _bus.Publish(preview, send => Prepare(send, json, context), cancellationToken);
        var properties = Properties(MessageUrn.ForTypeString<GenerationPreviewBytes>(), context);
        properties.Persistent = false;
        return _line.PostAsync(new PostedEvent(GenerationPreviewBytes.Exchange, ProgressPartitions.KeyOf(preview.GenerationId), properties, json, cancellationToken));
    }

    private Task PostAsync(GenerationEvent message, byte[] json, EventContext context, CancellationToken cancellationToken)
    {
        if (_line is null)
            return _bus.Publish(message, message.GetType(), send => Prepare(send, json, context), cancellationToken);
        var properties = Properties(MessageUrn.ForTypeString(message.GetType()), context);
        properties.MessageId = MessageIds.Of(message.GenerationId, message.Sequence).ToString();
        properties.Persistent = !GenerationEventTypes.IsProgress(message.Type);
        return _line.PostAsync(new PostedEvent(message.Type, ProgressPartitions.KeyOf(message.GenerationId), properties, json, cancellationToken));
    }

    private static void Prepare(PublishContext send, byte[] json, EventContext context)
    {
        SetHeaders((name, value) => send.Headers.Set(name, value), context);
        send.Serializer = new EventSerializer(json);
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
