using System.Diagnostics;
using System.Text.Json;
using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.Messaging;

/// <summary>
/// Publishes events of generations. An awaited task means that the broker has confirmed the event. The same event always makes the same bytes and
/// message id, so repeating it is harmless.
/// </summary>
public sealed class EventPublisher
{
    private readonly IBus _bus;
    private readonly EventLine? _line;

    internal EventPublisher(IBus bus, EventLine? line) => (_bus, _line) = (bus, line);

    /// <summary>Whether <see cref="Post(GenerationEvent, EventContext, Action, CancellationToken)"/> can be called; in memory it cannot.</summary>
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
            return PublishAsync(message, context, cancellationToken);
        var confirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(message, context, confirmed.SetResult, cancellationToken);
        return confirmed.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The same for those who have nothing to wait with.</summary>
    /// <param name="message">The event.</param>
    /// <param name="context">What goes into its headers.</param>
    /// <param name="confirmed">Called with the broker's confirm, on the thread that reads them: it must be quick. Not called once cancelled, perhaps.</param>
    /// <param name="cancellationToken">Has it not sent any more.</param>
    public void Post(GenerationEvent message, EventContext context, Action confirmed, CancellationToken cancellationToken) =>
        _line!.Post(new PostedEvent(message.Type, ProgressPartitions.KeyOf(message.GenerationId), ContractsJson.Serialize(message), context, cancellationToken)
        {
            MessageType = MessageUrn.ForTypeString(message.GetType()),
            MessageId = MessageIds.Of(message.GenerationId, message.Sequence),
            IsPersistent = !GenerationEventTypes.IsProgress(message.Type),
            ActivityId = Activity.Current?.Id,
            Confirmed = confirmed,
        });

    /// <summary>Posts the bytes of a preview image; not durable.</summary>
    public void Post(GenerationPreviewBytes preview, EventContext context, CancellationToken cancellationToken) =>
        _line!.Post(new PostedEvent(
            GenerationPreviewBytes.Exchange,
            ProgressPartitions.KeyOf(preview.GenerationId),
            JsonSerializer.SerializeToUtf8Bytes(preview, ContractsJson.Default.GenerationPreviewBytes),
            context,
            cancellationToken)
        {
            MessageType = MessageUrn.ForTypeString<GenerationPreviewBytes>(),
            IsPersistent = false,
            ActivityId = Activity.Current?.Id,
        });

    /// <summary>Has what is posted by this leave in one piece.</summary>
    public void Together(Action post)
    {
        if (_line is null)
            post();
        else
            _line.Together(post);
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
        send.Serializer = new EventSerializer(json);
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
