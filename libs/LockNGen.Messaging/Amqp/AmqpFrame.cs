namespace LockNGen.Messaging.Amqp;

/// <summary>One frame received from the broker; valid until the next read.</summary>
internal readonly ref struct AmqpFrame(byte type, ReadOnlySpan<byte> payload)
{
    public const byte Method = 1;
    public const byte Header = 2;
    public const byte Body = 3;
    public const byte Heartbeat = 8;
    public const byte End = 0xCE;

    /// <summary>Type, channel and length before the payload.</summary>
    public const int HeaderSize = 7;

    public byte Type { get; } = type;

    public ReadOnlySpan<byte> Payload { get; } = payload;
}
