using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker.Amqp;

/// <summary>
/// A connection that consumes one queue, read by the one thread that also acts on what it reads. RabbitMQ.Client hands every delivery from
/// thread to thread, which for a small event costs more than all that the gateway does with it; everything but consuming is left to it.
/// </summary>
internal sealed class AmqpConnection : IDisposable
{
    private const ushort Channel = 1;
    private const int UsualBuffer = 256 << 10;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock _writing = new();
    private byte[] _buffer = new byte[UsualBuffer];
    private int _start;
    private int _end;
    private Stream? _stream;

    /// <summary>Connects and starts consuming. Blocks: the socket must never be used asynchronously, or reads take two threads again.</summary>
    public void Open(IConnectionFactory broker, AmqpTcpEndpoint node, string name, string queue, ushort prefetch)
    {
        var timeout = (int)HandshakeTimeout.TotalMilliseconds;
        (_socket.ReceiveTimeout, _socket.SendTimeout) = (timeout, timeout);
        _socket.Connect(node.HostName, node.Port);
        _stream = new NetworkStream(_socket);
        if (node.Ssl.Enabled)
        {
            var tls = new SslStream(_stream, leaveInnerStreamOpen: false, node.Ssl.CertificateValidationCallback);
            tls.AuthenticateAsClient(node.Ssl.ServerName, node.Ssl.Certs, node.Ssl.Version, node.Ssl.CheckCertificateRevocation);
            _stream = tls;
        }

        _stream.Write("AMQP\0\0\x09\x01"u8);
        Expect(AmqpMethod.ConnectionStart);
        Send(StartOk(broker, name));
        var tune = Expect(AmqpMethod.ConnectionTune);
        Send(new AmqpWriter(0, AmqpMethod.ConnectionTuneOk)
            .UInt16(tune.UInt16()).UInt32(tune.UInt32()).UInt16((ushort)broker.RequestedHeartbeat.TotalSeconds));
        Send(new AmqpWriter(0, AmqpMethod.ConnectionOpen).ShortString(broker.VirtualHost).ShortString("").Byte(0));
        Expect(AmqpMethod.ConnectionOpenOk);
        Send(new AmqpWriter(Channel, AmqpMethod.ChannelOpen).ShortString(""));
        Expect(AmqpMethod.ChannelOpenOk);
        Send(new AmqpWriter(Channel, AmqpMethod.BasicQos).UInt32(0).UInt16(prefetch).Byte(0));
        Expect(AmqpMethod.BasicQosOk);
        Send(new AmqpWriter(Channel, AmqpMethod.BasicConsume).UInt16(0).ShortString(queue).ShortString("").Byte(0).LongString([]));
        Expect(AmqpMethod.BasicConsumeOk);
        _socket.ReceiveTimeout = 0;
    }

    /// <summary>Waits until the broker sends something.</summary>
    public void Fill()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            if (_end == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var count = _stream!.Read(_buffer.AsSpan(_end));
        if (count == 0)
            throw new IOException("The broker closed the connection.");
        _end += count;
    }

    /// <summary>Takes the next frame out of what has been read; false when none is complete.</summary>
    public bool TryTakeFrame(out AmqpFrame frame)
    {
        frame = default;
        var bytes = _buffer.AsSpan(_start, _end - _start);
        if (bytes.Length < AmqpFrame.HeaderSize)
            return false;
        var header = new AmqpReader(bytes);
        var type = header.Byte();
        header.UInt16();
        var length = checked((int)header.UInt32());
        if (bytes.Length <= AmqpFrame.HeaderSize + length)
            return false;
        if (bytes[AmqpFrame.HeaderSize + length] != AmqpFrame.End)
            throw new IOException("The broker sent a broken frame.");
        _start += AmqpFrame.HeaderSize + length + 1;
        frame = new AmqpFrame(type, bytes.Slice(AmqpFrame.HeaderSize, length));
        return true;
    }

    /// <summary>Acknowledges this delivery and all before it.</summary>
    public void Acknowledge(ulong deliveryTag) => Send(new AmqpWriter(Channel, AmqpMethod.BasicAck).UInt64(deliveryTag).Byte(1));

    /// <summary>Sends a heartbeat; any thread may.</summary>
    public void Beat() => Write([AmqpFrame.Heartbeat, 0, 0, 0, 0, 0, 0, AmqpFrame.End]);

    /// <summary>Asks the broker to end the connection; the reader sees its answer.</summary>
    public void Close() =>
        Send(new AmqpWriter(0, AmqpMethod.ConnectionClose).UInt16(200).ShortString("bye").UInt16(0).UInt16(0));

    /// <summary>Throws unless the method, begun by the broker, lets the connection go on.</summary>
    public static void ThrowIfEnding(AmqpMethod method, AmqpReader arguments)
    {
        switch (method)
        {
            case AmqpMethod.ConnectionClose or AmqpMethod.ChannelClose:
                arguments.UInt16();
                throw new IOException("The broker says: " + Encoding.UTF8.GetString(arguments.ShortString()));
            case AmqpMethod.BasicCancel:
                throw new IOException("The queue is gone.");
            case AmqpMethod.ConnectionCloseOk:
                throw new IOException("Closed.");
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _stream?.Dispose();
    }

    private static AmqpWriter StartOk(IConnectionFactory broker, string name)
    {
        // A table: each entry is a short string, the letter of its type, and its value. Capabilities is a table in it.
        var capabilities = Entry("consumer_cancel_notify", 't', [1]).Concat(Entry("authentication_failure_close", 't', [1])).ToArray();
        var properties = Entry("product", 'S', Sized(Encoding.UTF8.GetBytes("LockN Gen realtime gateway")))
            .Concat(Entry("connection_name", 'S', Sized(Encoding.UTF8.GetBytes(name))))
            .Concat(Entry("capabilities", 'F', Sized(capabilities)));
        return new AmqpWriter(0, AmqpMethod.ConnectionStartOk)
            .LongString([.. properties]).ShortString("PLAIN").LongString($"\0{broker.UserName}\0{broker.Password}").ShortString("en_US");
    }

    private static IEnumerable<byte> Entry(string name, char type, IEnumerable<byte> value) =>
        [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)type, .. value];

    private static byte[] Sized(byte[] value) => [0, 0, (byte)(value.Length >> 8), (byte)value.Length, .. value];

    private AmqpReader Expect(AmqpMethod expected)
    {
        AmqpFrame frame;
        while (!TryTakeFrame(out frame) || frame.Type == AmqpFrame.Heartbeat)
            Fill();
        var arguments = new AmqpReader(frame.Payload);
        var method = (AmqpMethod)arguments.UInt32();
        ThrowIfEnding(method, arguments);
        return method == expected ? arguments : throw new IOException($"The broker sent {method} where {expected} was due.");
    }

    private void Send(AmqpWriter frame) => Write(frame.End());

    private void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
            _stream!.Write(bytes);
    }
}
