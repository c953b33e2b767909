using System.Net.Mime;
using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.Messaging;

/// <summary>
/// Writes an event as its contract's own source-generated JSON. MassTransit's raw serializer would use reflection, and would add half
/// a kilobyte of headers about this host to each of many small messages; only the message type is kept, which its consumers need.
/// </summary>
/// <param name="json">The event's JSON.</param>
internal sealed class EventSerializer(byte[] json) : IMessageSerializer
{
    public ContentType ContentType { get; } = new("application/json");

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class
    {
        context.Headers.Set(EventHeaders.MessageType, MessageUrn.ForTypeString<T>());
        return new BytesMessageBody(json);
    }
}
