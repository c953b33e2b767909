using LockNGen.Contracts;
using LockNGen.FaultTests.Rig;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LockNGen.FaultTests.Readers;

/// <summary>
/// Another service: its own durable queue on plain AMQP, as described in docs/subscribing.md. What gateways deliver is compared with what it
/// sees.
/// </summary>
internal sealed class Subscriber(IReadOnlyList<Uri> brokers, Published published, Journal journal)
{
    /// <summary>Its name among the readers.</summary>
    public const string Name = "subscriber";

    private const string Queue = "fault-tests";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when its queue is bound: from here on it misses nothing.</summary>
    public Task Listening => _listening.Task;

    /// <summary>Reads until stopped, reconnecting whenever the connection breaks.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var factory = new ConnectionFactory { Uri = brokers[0], AutomaticRecoveryEnabled = false, RequestedHeartbeat = TimeSpan.FromSeconds(5) };
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync([.. brokers.Select(b => new AmqpTcpEndpoint(b))], "fault tests", stop);
                await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
                await ListenAsync(channel, stop);
            }
            catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException or IOException or TimeoutException or OperationCanceledException)
            {
                journal.Note($"The subscriber lost its connection: {e.Message}");
            }

            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(IChannel channel, CancellationToken stop)
    {
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, e) =>
        {
            ended.TrySetResult(e.ReplyText);
            return Task.CompletedTask;
        };
        // In a cluster one that outlives the node that it is on.
        var arguments = brokers.Count > 1 ? new Dictionary<string, object?> { ["x-queue-type"] = "quorum" } : null;
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: stop);
        foreach (var exchange in GenerationEventTypes.All)
            await channel.QueueBindAsync(Queue, exchange, routingKey: "", cancellationToken: stop);
        await channel.BasicQosAsync(0, 200, global: false, stop);
        await channel.BasicConsumeAsync(Queue, autoAck: false, new Consumer(channel, published), stop);
        _listening.TrySetResult();
        journal.Note($"The subscriber lost its connection: {await ended.Task.WaitAsync(stop)}");
    }

    private sealed class Consumer(IChannel channel, Published published) : AsyncDefaultBasicConsumer(channel)
    {
        public override async Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            if (Frame.Read(body) is { } frame)
                published.Take(Name, frame);
            await Channel.BasicAckAsync(deliveryTag, multiple: false, cancellationToken);
        }
    }
}
