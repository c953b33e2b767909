using LockNGen.Contracts;
using LockNGen.Messaging.Amqp;

namespace LockNGen.Messaging;

/// <summary>An event on its way to the broker.</summary>
/// <param name="exchange">The exchange it is published to.</param>
/// <param name="routingKey">The partition of its generation, as the routing key.</param>
/// <param name="body">Its JSON.</param>
/// <param name="context">The values of its headers.</param>
/// <param name="cancellationToken">Once cancelled, the event is not sent, or not sent again.</param>
internal sealed class PostedEvent(string exchange, string routingKey, byte[] body, EventContext context, CancellationToken cancellationToken)
{
    /// <summary>MassTransit's header of the trace that a message belongs to.</summary>
    private const string ActivityIdHeader = "MT-Activity-Id";

    private const ushort BasicClass = 60;
    private const ushort HasContentType = 1 << 15;
    private const ushort HasHeaders = 1 << 13;
    private const ushort HasDeliveryMode = 1 << 12;
    private const ushort HasMessageId = 1 << 7;
    private const byte Transient = 1;
    private const byte Persistent = 2;

    public string Exchange => exchange;

    public required string MessageType { get; init; }

    public required bool IsPersistent { get; init; }

    public Guid? MessageId { get; init; }

    /// <summary>The trace in which it is sent.</summary>
    public string? ActivityId { get; init; }

    /// <summary>Called once, when the broker has confirmed, by a thread that others depend on.</summary>
    public Action? Confirmed { get; init; }

    public bool IsAbandoned => cancellationToken.IsCancellationRequested;

    /// <summary>The delivery tag with which the broker confirms it.</summary>
    public ulong Tag { get; set; }

    /// <summary>In <see cref="EventChannel.Seconds"/> of its connection.</summary>
    public int SentAt { get; set; }

    public bool IsConfirmed { get; set; }

    /// <summary>How many times the broker has refused it.</summary>
    public int Refusals { get; set; }

    /// <summary>Whether it is sent to the stream only, past the queue that refuses it.</summary>
    public bool IsForStreamOnly { get; set; }

    /// <summary>Writes its frames.</summary>
    public void Write(AmqpWriter to, ushort channel, int frameMax)
    {
        to.Begin(AmqpFrame.Method, channel).UInt32((uint)AmqpMethod.BasicPublish).UInt16(0).ShortString(IsForStreamOnly ? "" : exchange)
            .ShortString(IsForStreamOnly ? EventTopology.Stream : routingKey).Byte(0).EndFrame();
        to.Begin(AmqpFrame.Header, channel).UInt16(BasicClass).UInt16(0).UInt64((ulong)body.Length)
            .UInt16((ushort)(HasContentType | HasHeaders | HasDeliveryMode | (MessageId is null ? 0 : HasMessageId)))
            .ShortString("application/json")
            .BeginTable(out var headers).Entry(EventHeaders.MessageType, MessageType);
        if (context.Owner is { } owner)
            to.Entry(EventHeaders.Owner, owner);
        if (context.TraceParent is { } trace)
            to.Entry(EventHeaders.TraceParent, trace);
        if (context.ReceivedAt is { } receivedAt)
            to.Entry(EventHeaders.ReceivedAt, receivedAt);
        if (ActivityId is not null)
            to.Entry(ActivityIdHeader, ActivityId);
        to.EndTable(headers).Byte(IsPersistent ? Persistent : Transient);
        if (MessageId is { } id)
            to.ShortString(id.ToString());
        to.EndFrame();

        var piece = frameMax - AmqpFrame.HeaderSize - 1;
        for (var at = 0; at < body.Length; at += piece)
            to.Begin(AmqpFrame.Body, channel).Bytes(body.AsSpan(at, Math.Min(piece, body.Length - at))).EndFrame();
    }
}
