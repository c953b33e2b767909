using System.Text;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>What a plain AMQP subscriber, without MassTransit, sees of what our services publish.</summary>
public sealed class EventPublisherTests(RabbitMqBroker broker)
{
    private const int OnTheirWay = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Guid Generation = Guid.NewGuid();

    [Fact]
    public async Task Publish_ReadFromTheStream_IsThePlainRecordWithItsHeaders()
    {
        using var host = await BusHost.StartAsync(broker);
        var publisher = host.Services.GetRequiredService<EventPublisher>();

        await publisher.PublishAsync(Progressed(17), new EventContext("alice", ReceivedAt: 123), TestContext.Current.CancellationToken);

        var message = (await ReadStreamAsync(host, 1))[0];
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
    public async Task Publish_SeveralTypesInTurn_ReachTheStreamInThatOrder()
    {
        using var host = await BusHost.StartAsync(broker);
        var publisher = host.Services.GetRequiredService<EventPublisher>();

        for (var n = 1; n <= 200; n++)
        {
            GenerationEvent message = n % 2 == 0 ? Progressed(n) : Started(n);
            await publisher.PublishAsync(message, default, TestContext.Current.CancellationToken);
        }

        var messages = await ReadStreamAsync(host, 200);
        messages.Select(m => m.Exchange).ShouldBe(
            Enumerable.Range(1, 200).Select(n => n % 2 == 0 ? GenerationEventTypes.Progress : GenerationEventTypes.Started));
    }

    [Fact]
    public async Task Post_WithoutWaiting_WhileItsChannelIsLostAgainAndAgain_ReachesTheStreamWholeAndInOrder()
    {
        using var host = await BusHost.StartAsync(broker);
        var publisher = host.Services.GetRequiredService<EventPublisher>();

        await using var connection = await new ConnectionFactory { Uri = new Uri(host.Address()) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var other = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);

        var posted = new List<Task>();
        while (posted.Count < 5 * OnTheirWay)
        {
            for (var n = 0; n < OnTheirWay; n++)
            {
                var sequence = posted.Count + 1;
                GenerationEvent message = sequence % 10 == 0 ? Started(sequence) : Progressed(sequence);
                posted.Add(publisher.PostAsync(message, new EventContext("alice", ReceivedAt: 123), TestContext.Current.CancellationToken));
            }

            await posted[^OnTheirWay].WaitAsync(Patience, TestContext.Current.CancellationToken);
            // Into an exchange that does not exist no one may publish: the broker closes the channel over the next progress, and takes nothing behind it.
            await other.ExchangeDeleteAsync(GenerationEventTypes.Progress, cancellationToken: TestContext.Current.CancellationToken);
        }

        posted.Add(publisher.PostAsync(Progressed(posted.Count + 1), new EventContext("alice"), TestContext.Current.CancellationToken));
        await Task.WhenAll(posted).WaitAsync(Patience, TestContext.Current.CancellationToken);
        var sequences = new List<long>();
        foreach (var message in await ReadStreamAsync(host, posted.Count, distinct: true))
        {
            var read = ContractsJson.Deserialize(message.Exchange, message.Body.Span);
            Header(message, EventHeaders.Owner).ShouldBe("alice");
            message.BasicProperties.MessageId.ShouldBe(MessageIds.Of(Generation, read.Sequence).ToString());
            message.BasicProperties.DeliveryMode.ShouldBe(GenerationEventTypes.IsProgress(read.Type) ? DeliveryModes.Transient : DeliveryModes.Persistent);
            sequences.Add(read.Sequence);
        }

        sequences.ShouldBe(Enumerable.Range(1, posted.Count).Select(n => (long)n));
    }

    private static GenerationProgressed Progressed(long n) => new()
    {
        GenerationId = Generation,
        Sequence = n,
        Timestamp = DateTimeOffset.UnixEpoch,
        Data = new() { Progress = 5, OverallProgress = 1, Step = 1, TotalSteps = 20, ImageIndex = 1, TotalImages = 1 },
    };

    private static GenerationStarted Started(long n) => new()
    {
        GenerationId = Generation,
        Sequence = n,
        Timestamp = DateTimeOffset.UnixEpoch,
        Data = new() { Instance = "a", Attempt = 1, TotalImages = 1 },
    };

    private static string? Header(BasicDeliverEventArgs message, string name) =>
        message.BasicProperties.Headers?[name] is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;

    // Distinct: without what was sent again after a lost connection.
    private static async Task<IReadOnlyList<BasicDeliverEventArgs>> ReadStreamAsync(IHost host, int count, bool distinct = false)
    {
        var address = host.Services.GetRequiredService<IConfiguration>().GetConnectionString("rabbitmq")!;
        await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await channel.BasicQosAsync(0, 1000, global: false);
        var all = new TaskCompletionSource();
        var messages = new List<BasicDeliverEventArgs>();
        var ids = new HashSet<string?>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            // Acknowledging a stream's messages only asks for more of them.
            await channel.BasicAckAsync(message.DeliveryTag, multiple: true);
            if (!ids.Add(message.BasicProperties.MessageId) && distinct)
                return;
            messages.Add(new BasicDeliverEventArgs(
                message.ConsumerTag, message.DeliveryTag, message.Redelivered, message.Exchange, message.RoutingKey, message.BasicProperties, message.Body.ToArray()));
            if (messages.Count == count)
                all.TrySetResult();
        };
        await channel.BasicConsumeAsync(
            EventTopology.Stream, autoAck: false, "", noLocal: false, exclusive: false, new Dictionary<string, object?> { ["x-stream-offset"] = "first" }, consumer);
        await all.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        return messages;
    }
}
