using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using RabbitMQ.Client;

namespace LockNGen.Messaging.Amqp;

/// <summary>
/// A connection that consumes one queue, or publishes with confirms, read by a single thread that also processes what it reads. RabbitMQ.Client passes everything
/// from thread to thread, which for a small event costs more than processing it; everything that is not done per event is left to RabbitMQ.Client.
/// </summary>
internal sealed class AmqpConnection : IDisposable
{
    public const ushort Channel = 1;

    /// <summary>The most bytes sent on the calling thread: fewer than a writable socket has room for.</summary>
    private const int LargestAtOnce = 64 << 10;
    private const int SendBuffer = 1 << 20;
    private const int UsualBuffer = 256 << 10;

    /// <summary>Among the bits of queue.declare.</summary>
    private const byte Exclusive = 1 << 2;

    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock _writing = new();
    private byte[] _buffer = new byte[UsualBuffer];
    private int _start;
    private int _end;
    private Stream? _stream;
    private AmqpWriter _waiting = new();
    private AmqpWriter _leaving = new();
    private bool _isLeaving;

    /// <summary>The largest frame for a message's body, in bytes.</summary>
    public int FrameMax { get; private set; }

    /// <summary>
    /// Connects, and opens the only channel. Blocks, for ten seconds at most: the socket must never be used asynchronously, or reads take two threads again. When it
    /// fails, the connection cannot be used again.
    /// </summary>
    public void Open(IConnectionFactory broker, AmqpTcpEndpoint node, string name, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(OpenTimeout);
        try
        {
            // Connecting to an address that swallows packets has no other limit than the kernel's, which is minutes.
            using var cut = limit.Token.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), _socket);
            Open(broker, node, name);
        }
        catch (Exception e) when (limit.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"The broker's node let nobody in within {OpenTimeout.TotalSeconds:0} s.", e);
        }
    }

    private void Open(IConnectionFactory broker, AmqpTcpEndpoint node, string name)
    {
        var timeout = (int)OpenTimeout.TotalMilliseconds;
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
        var channels = tune.UInt16();
        var frameMax = tune.UInt32();
        FrameMax = frameMax is 0 or > LargestAtOnce ? LargestAtOnce : (int)frameMax;
        Send(new AmqpWriter(0, AmqpMethod.ConnectionTuneOk).UInt16(channels).UInt32(frameMax).UInt16((ushort)broker.RequestedHeartbeat.TotalSeconds));
        Send(new AmqpWriter(0, AmqpMethod.ConnectionOpen).ShortString(broker.VirtualHost).ShortString("").Byte(0));
        Expect(AmqpMethod.ConnectionOpenOk);
        Send(new AmqpWriter(Channel, AmqpMethod.ChannelOpen).ShortString(""));
        Expect(AmqpMethod.ChannelOpenOk);
    }

    /// <summary>
    /// Declares a queue that only this connection may use, and that ends with it. If it is full, its oldest messages are dropped. From here on the reader waits for as long
    /// as the broker is silent.
    /// </summary>
    /// <param name="queue">Its name.</param>
    /// <param name="limit">x-max-length, in messages, or x-max-length-bytes.</param>
    /// <param name="value">The value of that.</param>
    public void DeclareExclusive(string queue, string limit, long value)
    {
        Send(new AmqpWriter(Channel, AmqpMethod.QueueDeclare).UInt16(0).ShortString(queue).Byte(Exclusive)
            .BeginTable(out var arguments).Entry(limit, value).Entry("x-overflow", "drop-head").EndTable(arguments));
        Expect(AmqpMethod.QueueDeclareOk);
        _socket.ReceiveTimeout = 0;
    }

    /// <summary>Requests a binding; the reader gets <see cref="AmqpMethod.QueueBindOk"/>.</summary>
    public void Bind(string queue, string exchange, string routingKey) =>
        Send(new AmqpWriter(Channel, AmqpMethod.QueueBind).UInt16(0).ShortString(queue).ShortString(exchange).ShortString(routingKey).Byte(0).LongString([]));

    /// <summary>Requests the end of a binding; the reader gets <see cref="AmqpMethod.QueueUnbindOk"/>.</summary>
    public void Unbind(string queue, string exchange, string routingKey) =>
        Send(new AmqpWriter(Channel, AmqpMethod.QueueUnbind).UInt16(0).ShortString(queue).ShortString(exchange).ShortString(routingKey).LongString([]));

    /// <summary>Requests the queue's messages; before them the reader gets <see cref="AmqpMethod.BasicQosOk"/> and <see cref="AmqpMethod.BasicConsumeOk"/>.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="tag">Repeated with every message, so it should be short.</param>
    /// <param name="prefetch">How many of its messages may be unacknowledged.</param>
    public void Consume(string queue, string tag, ushort prefetch)
    {
        Send(new AmqpWriter(Channel, AmqpMethod.BasicQos).UInt32(0).UInt16(prefetch).Byte(0));
        Send(new AmqpWriter(Channel, AmqpMethod.BasicConsume).UInt16(0).ShortString(queue).ShortString(tag).Byte(0).LongString([]));
    }

    /// <summary>Turns on confirms for everything published from here on. How long the broker may accept nothing is up to the caller.</summary>
    public void SelectConfirms()
    {
        _socket.SendBufferSize = SendBuffer;
        Send(new AmqpWriter(Channel, AmqpMethod.ConfirmSelect).Byte(0));
        Expect(AmqpMethod.ConfirmSelectOk);
        (_socket.ReceiveTimeout, _socket.SendTimeout) = (0, 0);
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

    /// <summary>Takes the next frame from the bytes read; false if none is complete.</summary>
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

    /// <summary>Sends a heartbeat; may be called by any thread.</summary>
    public void Beat() => Write([AmqpFrame.Heartbeat, 0, 0, 0, 0, 0, 0, AmqpFrame.End]);

    /// <summary>Asks the broker to end the connection; the reader sees its answer.</summary>
    public void Close() =>
        Send(new AmqpWriter(0, AmqpMethod.ConnectionClose).UInt16(200).ShortString("bye").UInt16(0).UInt16(0));

    /// <summary>Throws if the method, sent by the broker, ends the connection.</summary>
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

    /// <summary>Sends frames, from any thread, without waiting for the broker: what does not fit into the socket is sent by a pool thread.</summary>
    public void Write(ReadOnlySpan<byte> frames)
    {
        lock (_writing)
        {
            if (!_isLeaving && frames.Length <= LargestAtOnce && _socket.Poll(0, SelectMode.SelectWrite))
            {
                _stream!.Write(frames);
                return;
            }

            _waiting.Bytes(frames);
            if (_isLeaving)
                return;
            _isLeaving = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.Leave(), this, preferLocal: false);
    }

    private void Send(AmqpWriter frame) => Write(frame.End());

    /// <summary>Sends the waiting frames; blocks for as long as the broker accepts nothing.</summary>
    private void Leave()
    {
        try
        {
            while (true)
            {
                lock (_writing)
                {
                    if (_waiting.Length == 0)
                    {
                        _isLeaving = false;
                        return;
                    }

                    (_waiting, _leaving) = (_leaving, _waiting);
                }

                _stream!.Write(_leaving.Written);
                _leaving.Clear();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The reader gets the error, too.
            Dispose();
        }
    }

    private static AmqpWriter StartOk(IConnectionFactory broker, string name)
    {
        var frame = new AmqpWriter(0, AmqpMethod.ConnectionStartOk).BeginTable(out var properties)
            .Entry("product", "LockN Gen").Entry("connection_name", name)
            .ShortString("capabilities").Byte((byte)'F').BeginTable(out var capabilities)
            .Entry("consumer_cancel_notify", true).Entry("authentication_failure_close", true)
            .Entry("publisher_confirms", true).Entry("basic.nack", true).Entry("connection.blocked", true)
            .EndTable(capabilities).EndTable(properties);
        return frame.ShortString("PLAIN").LongString($"\0{broker.UserName}\0{broker.Password}").ShortString("en_US");
    }

    private AmqpReader Expect(AmqpMethod expected)
    {
        AmqpFrame frame;
        while (!TryTakeFrame(out frame) || frame.Type == AmqpFrame.Heartbeat)
            Fill();
        var arguments = new AmqpReader(frame.Payload);
        var method = (AmqpMethod)arguments.UInt32();
        ThrowIfEnding(method, arguments);
        return method == expected ? arguments : throw new IOException($"The broker sent {method} where {expected} was expected.");
    }
}
