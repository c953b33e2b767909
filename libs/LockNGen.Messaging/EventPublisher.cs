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

    /// <summary>The same for callers that do not await.</summary>
    /// <param name="message">The event.</param>
    /// <param name="context">The values of its headers.</param>
    /// <param name="confirmed">Called when the broker has confirmed, on the thread that reads confirms, so it must be quick. After a cancellation it may not be called.</param>
    /// <param name="cancellationToken">Stops the event from being sent again.</param>
    public void Post(GenerationEvent message, EventContext context, Action confirmed, CancellationToken cancellationToken) =>
        Post(message, ContractsJson.Serialize(message), context, confirmed, cancellationToken);

    /// <summary>
    /// Publishes the bytes of a preview image, before the events posted after it. They are not durable, so the task does not wait for the broker's confirm.
    /// </summary>
    public Task PostAsync(GenerationPreviewBytes preview, EventContext context, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(preview, ContractsJson.Default.GenerationPreviewBytes);
        if (_line is null)
            return _bus.Publish(preview, send => Prepare(send, json, context), cancellationToken);
        _line.Post(new PostedEvent(GenerationPreviewBytes.Exchange, ProgressPartitions.KeyOf(preview.GenerationId), json, context, cancellationToken)
        {
            MessageType = MessageUrn.ForTypeString<GenerationPreviewBytes>(),
            IsPersistent = false,
            ActivityId = Activity.Current?.Id,
        });
        return Task.CompletedTask;
    }

    /// <summary>Sends everything that this action posts in one write.</summary>
    public void Together(Action post)
    {
        if (_line is null)
            post();
        else
            _line.Together(post);
    }

    private Task PostAsync(GenerationEvent message, byte[] json, EventContext context, CancellationToken cancellationToken)
    {
        if (_line is null)
            return _bus.Publish(message, message.GetType(), send => Prepare(send, json, context), cancellationToken);
        var confirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(message, json, context, confirmed.SetResult, cancellationToken);
        return confirmed.Task.WaitAsync(cancellationToken);
    }

    private void Post(GenerationEvent message, byte[] json, EventContext context, Action confirmed, CancellationToken cancellationToken) =>
        _line!.Post(new PostedEvent(message.Type, ProgressPartitions.KeyOf(message.GenerationId), json, context, cancellationToken)
        {
            MessageType = MessageUrn.ForTypeString(message.GetType()),
            MessageId = MessageIds.Of(message.GenerationId, message.Sequence),
            IsPersistent = !GenerationEventTypes.IsProgress(message.Type),
            ActivityId = Activity.Current?.Id,
            Confirmed = confirmed,
        });

    private static void Prepare(PublishContext send, byte[] json, EventContext context)
    {
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
