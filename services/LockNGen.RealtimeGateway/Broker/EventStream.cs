using System.Threading.Channels;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>Reads the RabbitMQ stream that holds the events of the recent past, over plain AMQP 0-9-1.</summary>
internal sealed class EventStream(BrokerConnections connections, EventReader reader) : IEventHistory
{
    private const ushort Prefetch = 2_000;
    private const int AcknowledgeEvery = Prefetch / 4;

    /// <summary>The mark is published again after this long: a broker loses it while the stream has no leader.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How many times in a row nothing may be read.</summary>
    private const int MaxSilences = 6;

    /// <inheritdoc/>
    public async Task ReadAsync(DateTimeOffset since, Action<ServerMessage, string?> take, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync("stream", cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        // A stream has no end to read to, so we publish a mark: once it is read, so is everything published before it.
        var mark = Guid.NewGuid().ToString();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cancellation = cancellationToken.Register(() => done.TrySetCanceled(cancellationToken));
        channel.ChannelShutdownAsync += (_, e) =>
        {
            done.TrySetException(new ChannelClosedException(e.ReplyText));
            return Task.CompletedTask;
        };

        await channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        var consumer = new Reader(channel, reader, take, mark, done);
        await channel.BasicConsumeAsync(
            EventTopology.Stream, autoAck: false, consumerTag: "", noLocal: false, exclusive: false,
            new Dictionary<string, object?> { ["x-stream-offset"] = new AmqpTimestamp(since.ToUnixTimeSeconds()) },
            consumer, cancellationToken);
        for (var silences = 0; silences < MaxSilences;)
        {
            await channel.BasicPublishAsync(
                "", EventTopology.Stream, mandatory: false, new BasicProperties { MessageId = mark }, ReadOnlyMemory<byte>.Empty, cancellationToken);
            var read = consumer.Received;
            if (await Task.WhenAny(done.Task, Task.Delay(Patience, cancellationToken)) == done.Task)
            {
                await done.Task;
                return;
            }

            silences = consumer.Received == read ? silences + 1 : 0;
        }

        throw new TimeoutException($"The stream {EventTopology.Stream} delivers nothing.");
    }

    private sealed class Reader(
        IChannel channel, EventReader reader, Action<ServerMessage, string?> take, string mark, TaskCompletionSource done)
        : AsyncDefaultBasicConsumer(channel)
    {
        private int _unacknowledged;
        private long _received;

        public long Received => Volatile.Read(ref _received);

        public override async Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            if (done.Task.IsCompleted)
                return;
            Volatile.Write(ref _received, _received + 1);
            if (properties.MessageId == mark)
            {
                done.TrySetResult();
                return;
            }

            // Marks of other readers are empty.
            if (!body.IsEmpty)
            {
                var (owner, receivedAt) = EventHeaderReader.Read(properties);
                if (reader.Read(body.Span, receivedAt, EventHeaderReader.TraceParentOf(properties)) is { } message)
                    take(message, owner);
            }

            // Acknowledging a stream's messages only requests more of them.
            if (++_unacknowledged == AcknowledgeEvery)
            {
                _unacknowledged = 0;
                await Channel.BasicAckAsync(deliveryTag, multiple: true, cancellationToken);
            }
        }

        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            done.TrySetException(new ChannelClosedException("The broker ended the delivery of the stream."));
            return Task.CompletedTask;
        }
    }
}
