using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>
/// A broker that refuses messages, as a channel does after a queue's leader was lost; here because a queue is full. A refused message
/// is sent again on another connection, and gets through once there is room.
/// </summary>
[Trait("Broker", "Private")]
public sealed class RefusalTests(RabbitMqBroker broker)
{
    private const string Full = "full";
    private static readonly Guid Generation = Guid.NewGuid();

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
