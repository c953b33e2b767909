using System.Buffers.Binary;
using System.Text;

namespace LockNGen.Messaging.Amqp;

/// <summary>Builds AMQP 0-9-1 frames one after another, value by value.</summary>
internal sealed class AmqpWriter
{
    private const int UsualSize = 256;

    /// <summary>A single giant message is no reason to keep a giant buffer.</summary>
    private const int LargestKept = 1 << 20;

    private byte[] _bytes = new byte[UsualSize];
    private int _length;
    private int _frame;

    /// <summary>Creates an empty writer.</summary>
    public AmqpWriter()
    {
    }

    /// <summary>Begins a method frame.</summary>
    public AmqpWriter(ushort channel, AmqpMethod method) => Begin(AmqpFrame.Method, channel).UInt32((uint)method);

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public int Length => _length;

    /// <summary>Begins a frame; its length is filled in by <see cref="EndFrame"/>.</summary>
    public AmqpWriter Begin(byte type, ushort channel)
    {
        _frame = _length;
        return Byte(type).UInt16(channel).UInt32(0);
    }

    public AmqpWriter Byte(byte value)
    {
        Take(1)[0] = value;
        return this;
    }

    public AmqpWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Take(sizeof(ushort)), value);
        return this;
    }

    public AmqpWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Take(sizeof(uint)), value);
        return this;
    }

    public AmqpWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Take(sizeof(ulong)), value);
        return this;
    }

    public AmqpWriter Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Take(value.Length));
        return this;
    }

    public AmqpWriter ShortString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Byte(checked((byte)length));
        Encoding.UTF8.GetBytes(value, Take(length));
        return this;
    }

    public AmqpWriter LongString(ReadOnlySpan<byte> value) => UInt32((uint)value.Length).Bytes(value);

    public AmqpWriter LongString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)length);
        Encoding.UTF8.GetBytes(value, Take(length));
        return this;
    }

    /// <summary>Begins a table; returns its start, for <see cref="EndTable"/>.</summary>
    public AmqpWriter BeginTable(out int at)
    {
        at = _length;
        return UInt32(0);
    }

    /// <summary>An entry of a table.</summary>
    public AmqpWriter Entry(string name, string value) => ShortString(name).Byte((byte)'S').LongString(value);

    /// <inheritdoc cref="Entry(string, string)"/>
    public AmqpWriter Entry(string name, long value) => ShortString(name).Byte((byte)'l').UInt64((ulong)value);

    /// <inheritdoc cref="Entry(string, string)"/>
    public AmqpWriter Entry(string name, bool value) => ShortString(name).Byte((byte)'t').Byte(value ? (byte)1 : (byte)0);

    public AmqpWriter EndTable(int at)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(at), (uint)(_length - at - sizeof(uint)));
        return this;
    }

    public AmqpWriter EndFrame()
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(_frame + 3), (uint)(_length - _frame - AmqpFrame.HeaderSize));
        return Byte(AmqpFrame.End);
    }

    /// <summary>Ends the only frame, and returns it.</summary>
    public byte[] End() => EndFrame().Written.ToArray();

    public void Clear()
    {
        _length = 0;
        if (_bytes.Length > LargestKept)
            _bytes = new byte[UsualSize];
    }

    private Span<byte> Take(int count)
    {
        if (_length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_length + count, 2 * _bytes.Length));
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
