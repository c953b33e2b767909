using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using LockNGen.Contracts;
using LockNGen.Messaging.Amqp;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>What a delivery's content header contains: the event's headers, as AMQP carries them, and its size.</summary>
internal readonly record struct DeliveryHeaders(int BodySize, string? Owner, long ReceivedAt, string? TraceParent)
{
    /// <summary>The broker passes headers on unread, so another publisher's malformed headers arrive here.</summary>
    public bool AreReadable { get; private init; } = true;

    private const ushort HasContentType = 1 << 15;
    private const ushort HasContentEncoding = 1 << 14;
    private const ushort HasHeaders = 1 << 13;

    private static readonly byte[] OwnerName = Encoding.ASCII.GetBytes(EventHeaders.Owner);
    private static readonly byte[] ReceivedAtName = Encoding.ASCII.GetBytes(EventHeaders.ReceivedAt);
    private static readonly byte[] TraceParentName = Encoding.ASCII.GetBytes(EventHeaders.TraceParent);

    /// <summary>Reads up to the end of the headers; the properties after them are not needed.</summary>
    /// <param name="payload">The payload of the content header frame.</param>
    /// <param name="withTrace">Whether the trace context is needed, which costs a string.</param>
    public static DeliveryHeaders Read(ReadOnlySpan<byte> payload, bool withTrace)
    {
        var reader = new AmqpReader(payload);
        // Class and weight, which are not needed.
        reader.UInt32();
        var size = checked((int)reader.UInt64());
        try
        {
            var flags = reader.UInt16();
            if ((flags & HasContentType) != 0)
                reader.ShortString();
            if ((flags & HasContentEncoding) != 0)
                reader.ShortString();
            return (flags & HasHeaders) != 0 ? ReadTable(size, new AmqpReader(reader.LongString()), withTrace) : new DeliveryHeaders(size, null, 0, null);
        }
        catch (Exception e) when (e is IOException or OverflowException)
        {
            return new DeliveryHeaders(size, null, 0, null) { AreReadable = false };
        }
    }

    private static DeliveryHeaders ReadTable(int size, AmqpReader table, bool withTrace)
    {
        string? owner = null;
        string? trace = null;
        long receivedAt = 0;
        while (!table.IsAtEnd)
        {
            var name = table.ShortString();
            var value = table.FieldValue(out var type);
            if (name.SequenceEqual(OwnerName))
                owner = type is 'S' or 'x' ? Encoding.UTF8.GetString(value) : null;
            else if (name.SequenceEqual(ReceivedAtName))
                receivedAt = Number(value, type);
            else if (withTrace && name.SequenceEqual(TraceParentName))
                trace = type is 'S' or 'x' ? Encoding.UTF8.GetString(value) : null;
        }

        return new DeliveryHeaders(size, owner, receivedAt, trace);
    }

    private static long Number(ReadOnlySpan<byte> value, char type) => type switch
    {
        'l' => BinaryPrimitives.ReadInt64BigEndian(value),
        'I' => BinaryPrimitives.ReadInt32BigEndian(value),
        'S' or 'x' => Utf8Parser.TryParse(value, out long number, out _) ? number : 0,
        _ => 0,
    };
}
