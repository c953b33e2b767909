using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace LockNGen.RealtimeGateway.Broker.Amqp;

/// <summary>Builds one method frame of AMQP 0-9-1, argument by argument.</summary>
internal sealed class AmqpWriter
{
    private const int HeaderSize = 7;

    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    /// <summary>Begins the frame; its length is filled in at the end.</summary>
    public AmqpWriter(ushort channel, AmqpMethod method)
    {
        Byte(AmqpFrame.Method);
        UInt16(channel);
        UInt32(0);
        UInt32((uint)method);
    }

    public AmqpWriter Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
        return this;
    }

    public AmqpWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.GetSpan(sizeof(ushort)), value);
        _bytes.Advance(sizeof(ushort));
        return this;
    }

    public AmqpWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(sizeof(uint)), value);
        _bytes.Advance(sizeof(uint));
        return this;
    }

    public AmqpWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.GetSpan(sizeof(ulong)), value);
        _bytes.Advance(sizeof(ulong));
        return this;
    }

    public AmqpWriter ShortString(string value)
    {
        var text = Encoding.UTF8.GetBytes(value);
        Byte(checked((byte)text.Length));
        _bytes.Write(text);
        return this;
    }

    public AmqpWriter LongString(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        _bytes.Write(value);
        return this;
    }

    public AmqpWriter LongString(string value) => LongString(Encoding.UTF8.GetBytes(value));

    /// <summary>The whole frame.</summary>
    public byte[] End()
    {
        Byte(AmqpFrame.End);
        var frame = _bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(3), (uint)(frame.Length - HeaderSize - 1));
        return frame;
    }
}
