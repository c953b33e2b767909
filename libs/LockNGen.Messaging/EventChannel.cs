using System.Net.Sockets;
using LockNGen.Messaging.Amqp;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>One connection for publishing events, until it is lost. The broker accepts them in the order in which they are sent.</summary>
internal sealed class EventChannel : IDisposable
{
    private readonly AmqpConnection _connection = new();
    private readonly AmqpWriter _frames = new();
    private ulong _lastTag;
    private int _seconds;
    private volatile int _heardAt;
    private volatile string? _loss;

    /// <summary>Whether the broker reports that it is short of memory or disk and accepts nothing.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>Whether the broker has confirmed anything here.</summary>
    public bool HasConfirmed { get; private set; }

    /// <summary>Heartbeats so far: a clock precise enough to detect a lost connection.</summary>
    public int Seconds => Volatile.Read(ref _seconds);

    /// <summary>When anything was last received from the broker, including heartbeats.</summary>
    public int HeardAt => _heardAt;

    /// <summary>Connects; blocks.</summary>
    public void Open(IConnectionFactory broker, AmqpTcpEndpoint node, string name, CancellationToken cancellationToken)
    {
        _connection.Open(broker, node, name, cancellationToken);
        _connection.SelectConfirms();
    }

    /// <summary>Adds an event to the next <see cref="Flush"/>. Only one call at a time, to either.</summary>
    public void Add(PostedEvent posted)
    {
        (posted.Tag, posted.SentAt) = (++_lastTag, Seconds);
        posted.Write(_frames, AmqpConnection.Channel, _connection.FrameMax);
    }

    /// <summary>Sends the added events without waiting.</summary>
    public void Flush()
    {
        if (_frames.Length == 0)
            return;
        Write(() => _connection.Write(_frames.Written));
        _frames.Clear();
    }

    /// <summary>Sends a heartbeat; called once a second.</summary>
    public void Beat()
    {
        Interlocked.Increment(ref _seconds);
        Write(_connection.Beat);
    }

    /// <summary>Asks the broker to close the connection.</summary>
    public void Close() => Write(_connection.Close);

    /// <summary>Ends the connection; the reader gets the reason.</summary>
    public void Lose(string reason)
    {
        _loss ??= reason;
        _connection.Dispose();
    }

    /// <summary>Reads the broker's confirms and refusals, each with a tag and whether it includes those before, until the connection is lost.</summary>
    /// <exception cref="IOException">The connection was lost.</exception>
    public void Read(Action<ulong, bool> confirm, Action<ulong, bool> refuse)
    {
        try
        {
            while (true)
            {
                while (_connection.TryTakeFrame(out var frame))
                    Take(frame, confirm, refuse);
                _connection.Fill();
                _heardAt = Seconds;
            }
        }
        catch (Exception e) when (e is not EventRefusedException and (IOException or ObjectDisposedException or SocketException))
        {
            throw new IOException(_loss ?? e.Message, e);
        }
    }

    public void Dispose() => _connection.Dispose();

    private void Take(AmqpFrame frame, Action<ulong, bool> confirm, Action<ulong, bool> refuse)
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
            case AmqpMethod.BasicNack:
                refuse(arguments.UInt64(), arguments.Byte() != 0);
                break;
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
