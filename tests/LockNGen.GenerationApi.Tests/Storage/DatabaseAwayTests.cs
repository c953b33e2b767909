using LockNGen.Contracts;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace LockNGen.GenerationApi.Tests.Storage;

[Trait("Category", "Integration")]
[Collection(nameof(RabbitMqBroker))]
public sealed class DatabaseAwayTests(RabbitMqBroker broker)
{
    [Fact]
    public async Task Request_WhileTheDatabaseIsUnavailable_IsAnsweredAndNotParked_AsAMessageThatCannotBeReadIs()
    {
        var address = await broker.CreateVirtualHostAsync();
        await using var api = await ApiHost.StartAsync(rabbitMq: address);
        // The API does not wait for the broker; a request to a queue that is not there yet would be lost.
        await api.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, ApiHost.Patience);
        await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var parked = await ConsumeAsync(channel, new DurableQueue(BusQueues.GenerationApi).Name + "_error");
        var commands = api.Services.GetRequiredService<CommandClient>();
        await api.Services.GetRequiredService<GenerationsDatabase>().WriteAsync(
            session => session.ExecuteAsync("ALTER TABLE generations RENAME TO gone"), TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<RequestException>(() => commands.RequestAsync<GetSnapshot, SnapshotAnswer>(
            BusQueues.GenerationApi, new GetSnapshot { GenerationId = Guid.NewGuid() }, TestContext.Current.CancellationToken)))
            .Message.ShouldContain("failed on the other side");
        await commands.SendAsync(
            BusQueues.GenerationApi,
            new InstanceCatalog { Instance = "gpu-1", Hash = "0", ObjectInfo = [1, 2, 3] },
            TestContext.Current.CancellationToken);

        (await parked.Task.WaitAsync(ApiHost.Patience, TestContext.Current.CancellationToken)).ShouldContain(nameof(InstanceCatalog));
    }

    /// <summary>The type of the first message that goes to an exchange.</summary>
    private static async Task<TaskCompletionSource<string>> ConsumeAsync(IChannel channel, string exchange)
    {
        var first = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
        await channel.QueueBindAsync(queue, exchange, "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            first.TrySetResult(System.Text.Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["MT-MessageType"]!));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return first;
    }
}
