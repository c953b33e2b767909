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

    private static async Task<IReadOnlyList<BasicDeliverEventArgs>> ReadStreamAsync(IHost host, int count)
    {
        var address = host.Services.GetRequiredService<IConfiguration>().GetConnectionString("rabbitmq")!;
        await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await channel.BasicQosAsync(0, 1000, global: false);
        var all = new TaskCompletionSource();
        var messages = new List<BasicDeliverEventArgs>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            messages.Add(new BasicDeliverEventArgs(
                message.ConsumerTag, message.DeliveryTag, message.Redelivered, message.Exchange, message.RoutingKey, message.BasicProperties, message.Body.ToArray()));
            if (messages.Count == count)
                all.TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(
            EventTopology.Stream, autoAck: false, "", noLocal: false, exclusive: false, new Dictionary<string, object?> { ["x-stream-offset"] = "first" }, consumer);
        await all.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        return messages;
    }
}
