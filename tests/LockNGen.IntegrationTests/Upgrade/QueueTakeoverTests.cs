using System.Collections.Concurrent;
using LockNGen.Contracts;
using LockNGen.IntegrationTests.Bus;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace LockNGen.IntegrationTests.Upgrade;

/// <summary>Messages that an older version left in its classic queues are moved to the quorum queues, in order, and the old ones are removed.</summary>
public sealed class QueueTakeoverTests(RabbitMqBroker broker)
{
    private const int Left = 50;

    [Fact]
    public async Task MessagesOfAClassicQueue_AreReadInOrderBeforeNewOnes_AndTheQueueGoes()
    {
        var address = await broker.CreateVirtualHostAsync();
        await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), TestContext.Current.CancellationToken);
        // As 0.1.0 declared it.
        await channel.ExchangeDeclareAsync(BusQueues.WebhookNotifier, ExchangeType.Fanout, durable: true);
        await channel.QueueDeclareAsync(
            BusQueues.WebhookNotifier, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-single-active-consumer"] = true });
        await channel.QueueBindAsync(BusQueues.WebhookNotifier, BusQueues.WebhookNotifier, "");
        var left = Enumerable.Range(0, Left).Select(_ => Guid.NewGuid()).ToList();
        foreach (var id in left)
            await AsideQueue.PublishAsync(channel, BusQueues.WebhookNotifier, "", Body(id), "urn:message:LockNGen.Contracts:CancelGeneration");

        var seen = new ConcurrentQueue<Guid>();
        var last = Guid.NewGuid();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await BusHost.StartAsync(broker, parts => parts.Endpoint(DurableQueue.WebhookNotifier, (_, endpoint) =>
        {
            endpoint.ConcurrentMessageLimit = 1;
            endpoint.Handler<CancelGeneration>(c =>
            {
                seen.Enqueue(c.Message.GenerationId);
                if (c.Message.GenerationId == last)
                    all.TrySetResult();
                return Task.CompletedTask;
            });
        }), address: address);
        await host.Services.GetRequiredService<CommandClient>().SendAsync(
            BusQueues.WebhookNotifier, new CancelGeneration { GenerationId = last, Instance = "gpu-1", Reason = "user" }, TestContext.Current.CancellationToken, mandatory: true);
        await all.Task.WaitAsync(BusHost.Patience, TestContext.Current.CancellationToken);

        seen.ShouldBe([.. left, last]);
        await UntilGoneAsync(connection);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static byte[] Body(Guid id) => System.Text.Encoding.UTF8.GetBytes($"{{\"generationId\":\"{id}\",\"instance\":\"gpu-1\",\"reason\":\"user\"}}");

    /// <summary>Whether a queue is gone can only be polled.</summary>
    private static async Task UntilGoneAsync(IConnection connection)
    {
        using var limit = new CancellationTokenSource(BusHost.Patience);
        while (true)
        {
            try
            {
                await using var channel = await connection.CreateChannelAsync(cancellationToken: limit.Token);
                await channel.QueueDeclarePassiveAsync(BusQueues.WebhookNotifier, limit.Token);
                await Task.Delay(100, limit.Token);
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                return;
            }
        }
    }
}
