using System.Text;
using System.Threading.Channels;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using static LockNGen.IntegrationTests.Bus.NumberedEvents;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>What a plain AMQP subscriber, without MassTransit, receives from our services.</summary>
public sealed class EventPublisherTests(RabbitMqBroker broker)
{
    private const int OnTheirWay = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Publish_ReadByASubscriber_IsThePlainRecordWithItsHeaders()
    {
        using var host = await BusHost.StartAsync(broker);
        await using var subscriber = await Subscriber.StartAsync(host.Address());
        var publisher = host.Services.GetRequiredService<EventPublisher>();

        await publisher.PostAsync(Progressed(17), new EventContext("alice", ReceivedAt: 123), TestContext.Current.CancellationToken);

        var message = (await subscriber.ReadAsync(1))[0];
        Encoding.UTF8.GetString(message.Body.Span).ShouldBe(Encoding.UTF8.GetString(ContractsJson.Serialize(Progressed(17))));
        message.Exchange.ShouldBe(GenerationEventTypes.Progress);
        message.BasicProperties.ContentType.ShouldBe("application/json");
        message.BasicProperties.DeliveryMode.ShouldBe(DeliveryModes.Transient);
        message.BasicProperties.MessageId.ShouldBe(MessageIds.Of(Generation, 17).ToString());
        Header(message, EventHeaders.Owner).ShouldBe("alice");
        Header(message, EventHeaders.MessageType).ShouldBe("urn:message:LockNGen.Contracts:GenerationProgressed");
        message.BasicProperties.Headers![EventHeaders.ReceivedAt].ShouldBe(123L);
    }

    [Fact]
    public async Task EveryEvent_HasThePartitionOfItsGenerationAsItsKey()
    {
        using var host = await BusHost.StartAsync(broker);
        await using var subscriber = await Subscriber.StartAsync(host.Address());
        var publisher = host.Services.GetRequiredService<EventPublisher>();

        await publisher.PostAsync(Started(1), default, TestContext.Current.CancellationToken);
        await publisher.PostAsync(Progressed(2), default, TestContext.Current.CancellationToken);

        (await subscriber.ReadAsync(2)).ShouldAllBe(m => m.RoutingKey == ProgressPartitions.KeyOf(Generation));
    }

    [Fact]
    public async Task Publish_SeveralTypesInTurn_ReachASubscriberInThatOrderAndTheStreamWithoutProgress()
    {
        using var host = await BusHost.StartAsync(broker);
        await using var subscriber = await Subscriber.StartAsync(host.Address());
        var publisher = host.Services.GetRequiredService<EventPublisher>();

        for (var n = 1; n <= 200; n++)
        {
            GenerationEvent message = n % 2 == 0 ? Progressed(n) : Started(n);
            await publisher.PostAsync(message, default, TestContext.Current.CancellationToken);
        }

        (await subscriber.ReadAsync(200)).Select(m => m.Exchange).ShouldBe(
            Enumerable.Range(1, 200).Select(n => n % 2 == 0 ? GenerationEventTypes.Progress : GenerationEventTypes.Started));
        await using var stream = await Subscriber.StartAsync(host.Address(), fromTheStream: true);
        (await stream.ReadAsync(100)).ShouldAllBe(m => m.Exchange == GenerationEventTypes.Started);
    }

    [Fact]
    public async Task Post_WithoutWaiting_WhileItsConnectionIsLostAgainAndAgain_ArrivesWholeAndInOrder()
    {
        using var host = await BusHost.StartAsync(broker);
        await using var subscriber = await Subscriber.StartAsync(host.Address());
        var publisher = host.Services.GetRequiredService<EventPublisher>();
        var posted = new List<Task>();

        var losing = LoseConnectionsAsync(new Uri(host.Address()).AbsolutePath.Trim('/'));
        do
        {
            for (var n = 0; n < OnTheirWay; n++)
            {
                var sequence = posted.Count + 1;
                GenerationEvent message = sequence % 10 == 0 ? Started(sequence) : Progressed(sequence);
                posted.Add(publisher.PostAsync(message, new EventContext("alice", ReceivedAt: 123), TestContext.Current.CancellationToken));
            }

            await posted[^OnTheirWay].WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        while (!losing.IsCompleted);

        await losing;
        await Task.WhenAll(posted).WaitAsync(Patience, TestContext.Current.CancellationToken);
        var sequences = new List<long>();
        foreach (var message in await subscriber.ReadAsync(posted.Count))
        {
            var read = ContractsJson.Deserialize(message.Exchange, message.Body.Span);
            Header(message, EventHeaders.Owner).ShouldBe("alice");
            message.BasicProperties.MessageId.ShouldBe(MessageIds.Of(Generation, read.Sequence).ToString());
            message.BasicProperties.DeliveryMode.ShouldBe(GenerationEventTypes.IsProgress(read.Type) ? DeliveryModes.Transient : DeliveryModes.Persistent);
            sequences.Add(read.Sequence);
        }

        sequences.ShouldBe(Enumerable.Range(1, posted.Count).Select(n => (long)n));
    }

    private static string? Header(BasicDeliverEventArgs message, string name) =>
        message.BasicProperties.Headers?[name] is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;

    private async Task LoseConnectionsAsync(string virtualHost)
    {
        for (var lost = 0; lost < 3;)
            lost += await broker.CloseConnectionsAsync("a test", virtualHost, " events");
    }

    /// <summary>Reads all events from a queue of its own, or the stream from its beginning; each event once, however often it was sent.</summary>
    private sealed class Subscriber : IAsyncDisposable
    {
        private readonly IConnection _connection;
        private readonly Channel<BasicDeliverEventArgs> _read = Channel.CreateUnbounded<BasicDeliverEventArgs>();
        private readonly HashSet<string?> _ids = [];

        private Subscriber(IConnection connection) => _connection = connection;

        public static async Task<Subscriber> StartAsync(string address, bool fromTheStream = false)
        {
            var subscriber = new Subscriber(
                await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(TestContext.Current.CancellationToken));
            var channel = await subscriber._connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
            await channel.BasicQosAsync(0, 1000, global: false);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += async (_, message) =>
            {
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false);
                if (subscriber._ids.Add(message.BasicProperties.MessageId))
                {
                    await subscriber._read.Writer.WriteAsync(new BasicDeliverEventArgs(
                        message.ConsumerTag, message.DeliveryTag, message.Redelivered, message.Exchange, message.RoutingKey, message.BasicProperties, message.Body.ToArray()));
                }
            };
            await channel.BasicConsumeAsync(
                fromTheStream ? EventTopology.Stream : await DeclareAsync(channel), autoAck: false, "", noLocal: false, exclusive: false,
                fromTheStream ? new Dictionary<string, object?> { ["x-stream-offset"] = "first" } : null, consumer);
            return subscriber;
        }

        public async Task<IReadOnlyList<BasicDeliverEventArgs>> ReadAsync(int count)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Patience);
            var messages = new List<BasicDeliverEventArgs>();
            while (messages.Count < count)
                messages.Add(await _read.Reader.ReadAsync(limit.Token));
            return messages;
        }

        public ValueTask DisposeAsync() => _connection.DisposeAsync();

        private static async Task<string> DeclareAsync(IChannel channel)
        {
            const string queue = "a-subscriber";
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
            foreach (var exchange in GenerationEventTypes.All)
            {
                await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
                await channel.QueueBindAsync(queue, exchange, routingKey: "");
            }

            return queue;
        }
    }
}
