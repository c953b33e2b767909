using System.Net.Sockets;
using LockNGen.Messaging.Amqp;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>One connection that events are published on, until it is lost. The broker takes them in the order in which they are sent.</summary>
internal sealed class EventChannel : IDisposable
{
    private readonly AmqpConnection _connection = new();
    private readonly AmqpWriter _frames = new();
    private ulong _lastTag;
    private int _seconds;
    private volatile int _heardAt;
    private volatile string? _loss;

    /// <summary>Whether the broker says that it is short of memory or disk and takes nothing.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>Whether the broker has confirmed anything here.</summary>
    public bool HasConfirmed { get; private set; }

    /// <summary>Heartbeats so far: time, as exactly as is needed to tell when a connection is lost.</summary>
    public int Seconds => Volatile.Read(ref _seconds);

    /// <summary>When the broker last said something, its heartbeats included.</summary>
    public int HeardAt => _heardAt;

    /// <summary>Connects; blocks.</summary>
    public void Open(IConnectionFactory broker, AmqpTcpEndpoint node, string name)
    {
        _connection.Open(broker, node, name);
        _connection.SelectConfirms();
    }

    /// <summary>Has an event sent with the next <see cref="Flush"/>. One call at a time, to either.</summary>
    public void Add(PostedEvent posted)
    {
        (posted.Tag, posted.SentAt) = (++_lastTag, Seconds);
        posted.Write(_frames, AmqpConnection.Channel, _connection.FrameMax);
    }

    /// <summary>Sends, without waiting for anything.</summary>
    public void Flush()
    {
        if (_frames.Length == 0)
            return;
        Write(() => _connection.Write(_frames.Written));
        _frames.Clear();
    }

    /// <summary>Sends a heartbeat: once a second.</summary>
    public void Beat()
    {
        Interlocked.Increment(ref _seconds);
        Write(_connection.Beat);
    }

    /// <summary>Asks the broker to end it.</summary>
    public void Close() => Write(_connection.Close);

    /// <summary>Ends it; whoever reads learns why.</summary>
    public void Lose(string reason)
    {
        _loss ??= reason;
        _connection.Dispose();
    }

    /// <summary>Reads the broker's confirms until the connection is lost.</summary>
    /// <exception cref="IOException">It is.</exception>
    public void Read(Action<ulong, bool> confirm)
    {
        try
        {
            while (true)
            {
                while (_connection.TryTakeFrame(out var frame))
                    Take(frame, confirm);
                _connection.Fill();
                _heardAt = Seconds;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            throw new IOException(_loss ?? e.Message, e);
        }
    }

    public void Dispose() => _connection.Dispose();

    private void Take(AmqpFrame frame, Action<ulong, bool> confirm)
    {
        if (frame.Type != AmqpFrame.Method)
            return;
        var arguments = new AmqpReader(frame.Payload);
        var method = (AmqpMethod)arguments.UInt32();
        switch (method)
        {
            case AmqpMethod.BasicAck:
                HasConfirmed = true;
                confirm(arguments.UInt64(), arguments.Byte() != 0);
                break;
            // What was behind it may have arrived: sent again on a new connection, all of it keeps its order.
            case AmqpMethod.BasicNack:
                throw new IOException("the broker could not take an event");
            case AmqpMethod.ConnectionBlocked or AmqpMethod.ConnectionUnblocked:
                IsBlocked = method == AmqpMethod.ConnectionBlocked;
                break;
            default:
                AmqpConnection.ThrowIfEnding(method, arguments);
                break;
        }
    }

    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            Lose(e.Message);
        }
    }
}
