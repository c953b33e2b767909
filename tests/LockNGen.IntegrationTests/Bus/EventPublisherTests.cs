using System.Text;
using LockNGen.Contracts;
using LockNGen.ServiceDefaults.Bus;
using LockNGen.TestSupport;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
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
        using var host = await StartAsync();
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
        using var host = await StartAsync();
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
    public async Task Request_OverTheBroker_IsAnswered()
    {
        using var host = await StartAsync(bus => bus.Endpoint("echo", (_, endpoint) =>
            endpoint.Handle<GetSnapshot, SnapshotAnswer>(request => new SnapshotAnswer { Owner = request.GenerationId.ToString() })));

        var answer = await host.Services.GetRequiredService<CommandClient>().RequestAsync<GetSnapshot, SnapshotAnswer>(
            "echo", new GetSnapshot { GenerationId = Generation }, TestContext.Current.CancellationToken);

        answer.Owner.ShouldBe(Generation.ToString());
    }

    [Fact]
    public async Task Answer_AfterItsRequestHasTimedOut_IsNotKeptInAQueue()
    {
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await StartAsync(
            bus => bus.Endpoint("slow", (_, endpoint) => endpoint.Handler<GetSnapshot>(async request =>
            {
                if (request.Message.GenerationId == Generation)
                    await late.Task;
                await request.RespondAsync(new SnapshotAnswer());
            })),
            requestTimeout: "00:00:00.500");
        await Should.ThrowAsync<RequestTimeoutException>(RequestAsync(Generation));

        late.SetResult();

        // Answered one after the other: when these are, the late one has been dealt with.
        for (var i = 0; i < 20; i++)
            await RequestAsync(Guid.NewGuid());
        var address = new Uri(host.Services.GetRequiredService<IOptions<BusOptions>>().Value.Address!);
        (await broker.ControlAsync("list_queues", "-p", address.AbsolutePath.Trim('/'), "name")).ShouldNotContain("skipped");

        Task RequestAsync(Guid id) => host.Services.GetRequiredService<CommandClient>().RequestAsync<GetSnapshot, SnapshotAnswer>(
            "slow", new GetSnapshot { GenerationId = id }, TestContext.Current.CancellationToken);
    }

    private async Task<IHost> StartAsync(Action<BusParts>? configure = null, string requestTimeout = "00:00:10")
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:rabbitmq"] = await broker.CreateVirtualHostAsync(),
            ["Bus:StreamMaxBytes"] = (64L << 20).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Bus:RequestTimeout"] = requestTimeout,
        });
        builder.AddBus(configure);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        // The host does not wait for the broker, as no service does; a request to a queue that is not there yet would be lost.
        await host.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Patience);
        return host;
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
