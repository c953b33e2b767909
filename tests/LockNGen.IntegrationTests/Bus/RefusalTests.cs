using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using static LockNGen.IntegrationTests.Bus.NumberedEvents;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>
/// A broker that refuses messages, as a channel does after a queue's leader was lost; here because a queue is full. A refused message
/// is sent again on another connection, and gets through once there is room.
/// </summary>
[Trait("Broker", "Private")]
public sealed class RefusalTests(RabbitMqBroker broker)
{
    private const string Full = "full";

    [Fact]
    public async Task Request_ThatIsRefused_IsAskedAgainOnAnotherConnection()
    {
        using var asking = await BusHost.StartAsync(broker, requestTimeout: "00:01:00");
        await FillAsync(asking.Address());
        var asked = asking.AskAsync(Full, Generation);

        await IsReplacedAsync(asking, " requests", asked);
        using var answering = await BusHost.StartAsync(
            broker,
            bus => bus.Endpoint(Full, (_, endpoint) =>
            {
                Limit((IRabbitMqReceiveEndpointConfigurator)endpoint);
                endpoint.Handle<GetSnapshot, SnapshotAnswer>(request => new SnapshotAnswer { Owner = request.GenerationId.ToString() });
            }),
            address: asking.Address());

        (await asked).Owner.ShouldBe(Generation.ToString());
    }

    [Fact]
    public async Task Command_ThatIsRefused_IsSentAgainOnAnotherConnection()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var sending = await BusHost.StartAsync(broker, bus => bus.Endpoint("other", (_, endpoint) => endpoint.Handler<GetSnapshot>(_ =>
        {
            asked.TrySetResult();
            return Task.CompletedTask;
        })));
        await FillAsync(sending.Address());
        var commands = sending.Services.GetRequiredService<CommandClient>();
        var sent = commands.SendAsync(Full, new GetSnapshot { GenerationId = Generation }, TestContext.Current.CancellationToken);

        await IsReplacedAsync(sending, "", sent);
        await broker.ControlAsync("purge_queue", "-p", VirtualHost(sending.Address()), Full);

        await sent.WaitAsync(BusHost.Patience, TestContext.Current.CancellationToken);
        await commands.SendAsync("other", new GetSnapshot { GenerationId = Generation }, TestContext.Current.CancellationToken);
        await asked.Task.WaitAsync(BusHost.Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>As by a subscriber's durable classic queue whose node is down, in a cluster of RabbitMQ 4.</summary>
    [Fact]
    public async Task Events_ThatOneOfManyQueuesRefuses_GoOnWithoutItAndAreInTheStream()
    {
        using var host = await BusHost.StartAsync(broker);
        await FillAsync(host.Address());
        await using var connection = await new ConnectionFactory { Uri = new Uri(host.Address()), ClientProvidedName = "subscriber" }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("healthy", durable: true, exclusive: false, autoDelete: false);
        foreach (var exchange in GenerationEventTypes.All)
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
            await channel.QueueBindAsync(Full, exchange, "");
            await channel.QueueBindAsync("healthy", exchange, "");
        }

        var publisher = host.Services.GetRequiredService<EventPublisher>();
        await publisher.PostAsync(Started(1), default, TestContext.Current.CancellationToken).WaitAsync(BusHost.Patience);
        var line = await EventLineAsync(host);
        for (var n = 2; n <= 20; n++)
            await publisher.PostAsync(n % 2 == 0 ? Progressed(n) : Started(n), default, TestContext.Current.CancellationToken).WaitAsync(BusHost.Patience);
        await channel.QueueUnbindAsync(Full, GenerationEventTypes.Started, "");
        await publisher.PostAsync(Started(21), default, TestContext.Current.CancellationToken).WaitAsync(BusHost.Patience);

        (await ReadAsync(channel, "healthy", last: 21)).Distinct().ShouldBe(Enumerable.Range(1, 21).Select(n => (long)n));
        (await ReadAsync(channel, EventTopology.Stream, last: 21)).Distinct().ShouldBe(Enumerable.Range(0, 11).Select(n => (2L * n) + 1));
        (await EventLineAsync(host)).ShouldBe(line, "once it is known, such a queue costs no connection");
    }

    /// <summary>The broker's process for the connection that publishes events.</summary>
    private async Task<string> EventLineAsync(IHost host) =>
        (await broker.ControlAsync("list_connections", "pid", "vhost", "client_properties")).Split('\n')
            .Single(l => l.Contains(VirtualHost(host.Address()), StringComparison.Ordinal) && l.Contains(" events\"", StringComparison.Ordinal)).Split('\t')[0];

    /// <summary>The sequences in a queue, up to the last one.</summary>
    private static async Task<List<long>> ReadAsync(IChannel channel, string queue, long last)
    {
        var read = new List<long>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            read.Add(JsonDocument.Parse(message.Body).RootElement.GetProperty("sequence").GetInt64());
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false);
            if (read[^1] == last)
                done.TrySetResult();
        };
        await channel.BasicQosAsync(0, 1_000, global: false);
        var arguments = queue == EventTopology.Stream ? new Dictionary<string, object?> { ["x-stream-offset"] = "first" } : null;
        await channel.BasicConsumeAsync(queue, autoAck: false, "", noLocal: false, exclusive: false, arguments, consumer);
        await done.Task.WaitAsync(BusHost.Patience, TestContext.Current.CancellationToken);
        return read;
    }

    /// <summary>A queue with room for one message, and that message.</summary>
    private static async Task FillAsync(string address)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(address), ClientProvidedName = "fills" }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.ExchangeDeclareAsync(Full, ExchangeType.Fanout, durable: true, autoDelete: false);
        await channel.QueueDeclareAsync(
            Full, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" });
        await channel.QueueBindAsync(Full, Full, routingKey: "");
        await channel.BasicPublishAsync(Full, routingKey: "", ReadOnlyMemory<byte>.Empty);
    }

    private static void Limit(IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        endpoint.SetQueueArgument("x-max-length", 1);
        endpoint.SetQueueArgument("x-overflow", "reject-publish");
    }

    /// <summary>Waits until the host has made a second connection of that kind, according to the broker's log, because some last only for a moment.</summary>
    private async Task IsReplacedAsync(IHost host, string kind, Task refused)
    {
        var name = host.Services.GetRequiredService<IHostEnvironment>().ApplicationName + kind;
        using var limit = new CancellationTokenSource(BusHost.Patience);
        while (Lines().Count(line => line.Contains($"- {name}): ", StringComparison.Ordinal) && line.Contains($"'{VirtualHost(host.Address())}'", StringComparison.Ordinal)) < 2)
        {
            if (refused.IsCompleted)
                await refused;
            await Task.Delay(100, limit.Token); // A state that can only be asked for.
        }
    }

    private IEnumerable<string> Lines() => Directory.GetFiles(broker.LogFolder, "*.log").SelectMany(File.ReadLines);

    private static string VirtualHost(string address) => new Uri(address).AbsolutePath.Trim('/');
}
