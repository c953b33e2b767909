using System.Text;
using LockNGen.Contracts;
using LockNGen.Messaging.Amqp;
using LockNGen.RealtimeGateway.Connections;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// The queues of this replica, one of events and one of preview images, and the connection that they live and end with. Processes what they deliver, in order, on one thread:
/// everything one read from the broker returned is offered to subscribers, and written to them before the next read.
/// </summary>
internal sealed class ReplicaConsumer : IAsyncDisposable
{
    /// <summary>
    /// One acknowledgement for many: each costs a system call. Messages redelivered for lack of an acknowledgement are dropped by their
    /// sequence.
    /// </summary>
    private const int AcknowledgeEvery = 256;

    /// <summary>Previews are worthless a moment later: a few per rendering generation are enough.</summary>
    private const int MaxPreviews = 100;

    /// <summary>More than wait for an acknowledgement, and few enough for a replica that is frozen.</summary>
    private const int PreviewPrefetch = 2 * AcknowledgeEvery;

    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Answers wait in line behind everything that was delivered before. A broker that is silent is noticed by the canary.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);
    private static readonly byte[] ProgressExchange = Encoding.ASCII.GetBytes(GenerationEventTypes.Progress);
    private static readonly byte[] PreviewExchange = Encoding.ASCII.GetBytes(GenerationPreviewBytes.Exchange);
    private static readonly byte[] RevocationExchange = Encoding.ASCII.GetBytes(TokenRevoked.Exchange);

    private readonly AmqpConnection _connection = new();
    private readonly EventIngest _ingest;
    private readonly WriteLoops _loops;
    private readonly Queue<TaskCompletionSource> _calls = new();
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Origin _origin;
    private bool _tellsTrace;
    private ulong _deliveryTag;
    private DeliveryHeaders _headers;
    private byte[] _body = [];
    private int _bodyLength;
    private int _unacknowledged;
    private long _delivered;

    private ReplicaConsumer(string events, EventIngest ingest, WriteLoops loops)
    {
        (Events, Previews) = (events, events + "-previews");
        _ingest = ingest;
        _loops = loops;
    }

    private enum Origin
    {
        Event,
        Preview,
        Revocation,
        Canary,
    }

    /// <summary>The name of the queue of events.</summary>
    public string Events { get; }

    /// <summary>The name of the queue of preview images.</summary>
    public string Previews { get; }

    /// <summary>Released when the canary is received.</summary>
    public SemaphoreSlim CanaryHeard { get; } = new(0);

    /// <summary>Messages received so far, without previews, which have a queue of their own.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Completes, with the reason, when no more messages will arrive.</summary>
    public Task<string> Broken => _broken.Task;

    /// <summary>
    /// Connects, and declares the queues. They end with the connection: a queue that outlived it would stay behind on a node that is lost, and RabbitMQ 4 refuses
    /// to confirm any event that it cannot put into such a queue. What is missed until the next connection is in the stream.
    /// </summary>
    public static async Task<ReplicaConsumer> OpenAsync(
        IConnectionFactory broker, AmqpTcpEndpoint node, string name, string events, long maxBytes, EventIngest ingest, WriteLoops loops, CancellationToken cancellationToken)
    {
        var consumer = new ReplicaConsumer(events, ingest, loops);
        new Thread(() => consumer.Run(broker, node, name, maxBytes, cancellationToken)) { IsBackground = true, Name = "replica consumer" }.Start();
        try
        {
            await consumer._open.Task.WaitAsync(OpenTimeout, cancellationToken);
            return consumer;
        }
        catch
        {
            consumer._connection.Dispose();
            throw;
        }
    }

    /// <summary>Binds one of the queues; repeating it is harmless.</summary>
    public Task BindAsync(string queue, string exchange, string routingKey, CancellationToken cancellationToken) =>
        CallAsync(() => _connection.Bind(queue, exchange, routingKey), cancellationToken);

    /// <summary>Ends a binding, which need not exist.</summary>
    public Task UnbindAsync(string queue, string exchange, string routingKey, CancellationToken cancellationToken) =>
        CallAsync(() => _connection.Unbind(queue, exchange, routingKey), cancellationToken);

    /// <summary>Lets the broker deliver.</summary>
    /// <param name="prefetch">Unacknowledged deliveries at a time, apart from previews.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task ConsumeAsync(int prefetch, CancellationToken cancellationToken)
    {
        await CallAsync(() => _connection.Consume(Previews, "p", PreviewPrefetch), cancellationToken);
        await CallAsync(() => _connection.Consume(Events, "e", (ushort)prefetch), cancellationToken);
    }

    /// <summary>Sends a heartbeat.</summary>
    public void Beat()
    {
        try
        {
            _connection.Beat();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Called by a timer, where no one would catch the exception; a connection that cannot be written to is lost.
            _broken.TrySetResult(e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_broken.Task.IsCompleted)
                _connection.Close();
            await _broken.Task.WaitAsync(CloseTimeout);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or TimeoutException)
        {
            // Closed already, or too slow to close properly.
        }

        _connection.Dispose();
        CanaryHeard.Dispose();
    }

    /// <summary>The broker answers in the order in which it is asked.</summary>
    private async Task CallAsync(Action send, CancellationToken cancellationToken)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_calls)
        {
            _calls.Enqueue(answered);
            send();
        }

        if (await Task.WhenAny(answered.Task, Broken).WaitAsync(CallTimeout, cancellationToken) == Broken)
            throw new IOException(await Broken);
    }

    private void Answer()
    {
        lock (_calls)
            _calls.Dequeue().SetResult();
    }

    private void Run(IConnectionFactory broker, AmqpTcpEndpoint node, string name, long maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            _connection.Open(broker, node, name, cancellationToken);
            _connection.DeclareExclusive(Events, "x-max-length-bytes", maxBytes);
            _connection.DeclareExclusive(Previews, "x-max-length", MaxPreviews);
            _open.TrySetResult();
            while (true)
            {
                TakeFrames();
                _connection.Fill();
            }
        }
        catch (Exception e)
        {
            _open.TrySetException(e);
            _broken.TrySetResult(e.Message);
        }
    }

    private void TakeFrames()
    {
        _loops.Hold();
        try
        {
            while (_connection.TryTakeFrame(out var frame))
                Take(frame);
        }
        finally
        {
            _loops.Release();
        }
    }

    private void Take(AmqpFrame frame)
    {
        switch (frame.Type)
        {
            case AmqpFrame.Method:
                var arguments = new AmqpReader(frame.Payload);
                var method = (AmqpMethod)arguments.UInt32();
                if (method == AmqpMethod.BasicDeliver)
                    Begin(arguments);
                else if (method is AmqpMethod.QueueBindOk or AmqpMethod.QueueUnbindOk or AmqpMethod.BasicConsumeOk)
                    Answer();
                else
                    AmqpConnection.ThrowIfEnding(method, arguments);
                break;
            case AmqpFrame.Header:
                _headers = DeliveryHeaders.Read(frame.Payload, _tellsTrace);
                _bodyLength = 0;
                if (_headers.BodySize == 0)
                    Deliver([]);
                break;
            case AmqpFrame.Body when frame.Payload.Length == _headers.BodySize:
                Deliver(frame.Payload);
                break;
            case AmqpFrame.Body:
                Collect(frame.Payload);
                break;
        }
    }

    private void Begin(AmqpReader deliver)
    {
        deliver.ShortString();
        _deliveryTag = deliver.UInt64();
        deliver.Byte();
        var exchange = deliver.ShortString();
        _origin = exchange.IsEmpty ? Origin.Canary
            : exchange.SequenceEqual(PreviewExchange) ? Origin.Preview
            : exchange.SequenceEqual(RevocationExchange) ? Origin.Revocation
            : Origin.Event;
        // The generation's other events carry it, and most events are progress.
        _tellsTrace = !exchange.SequenceEqual(ProgressExchange);
    }

    /// <summary>A message larger than a frame arrives in several.</summary>
    private void Collect(ReadOnlySpan<byte> part)
    {
        if (_body.Length < _headers.BodySize)
            _body = new byte[_headers.BodySize];
        part.CopyTo(_body.AsSpan(_bodyLength));
        _bodyLength += part.Length;
        if (_bodyLength == _headers.BodySize)
            Deliver(_body.AsSpan(0, _bodyLength));
    }

    private void Deliver(ReadOnlySpan<byte> body)
    {
        if (_origin != Origin.Preview)
            Volatile.Write(ref _delivered, _delivered + 1);
        if (_origin == Origin.Canary)
            CanaryHeard.Release();
        else if (!_headers.AreReadable)
            _ingest.DropUnreadable(body.Length);
        else if (_origin == Origin.Preview)
            _ingest.TakePreview(body);
        else if (_origin == Origin.Revocation)
            _ingest.TakeRevocation(body);
        else
            _ingest.TakeEvent(body, _headers.Owner, _headers.ReceivedAt, _headers.TraceParent);

        if (_origin != Origin.Canary && ++_unacknowledged < AcknowledgeEvery)
            return;
        _unacknowledged = 0;
        _connection.Acknowledge(_deliveryTag);
    }
}
