using System.Buffers.Binary;

namespace LockNGen.Messaging.Amqp;

/// <summary>Reads AMQP 0-9-1 values (section 4.2.5 of the specification) from a frame, in order and without copying.</summary>
internal ref struct AmqpReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(sizeof(ulong)));

    public ReadOnlySpan<byte> ShortString() => Take(Byte());

    /// <summary>Also the wrapping of a table, an array or bytes.</summary>
    public ReadOnlySpan<byte> LongString() => Take(checked((int)UInt32()));

    /// <summary>The bytes of one value of a table; their meaning depends on its type.</summary>
    /// <param name="type">The letter before the value, as used by RabbitMQ.</param>
    public ReadOnlySpan<byte> FieldValue(out char type)
    {
        type = (char)Byte();
        return type switch
        {
            'V' => [],
            't' or 'b' or 'B' => Take(1),
            's' or 'u' => Take(2),
            'I' or 'i' or 'f' => Take(4),
            'D' => Take(5),
            'l' or 'd' or 'T' => Take(8),
            'S' or 'x' or 'A' or 'F' => LongString(),
            _ => throw new IOException($"The broker sent a header of the unknown type '{type}'."),
        };
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new IOException("The broker sent a frame that ends too early.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
