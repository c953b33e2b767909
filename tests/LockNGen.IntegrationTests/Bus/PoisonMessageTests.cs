using System.Text;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using RabbitMQ.Client;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>Unreadable messages: each queue puts them aside, logs it, and continues.</summary>
public sealed class PoisonMessageTests(RabbitMqBroker broker)
{
    private const int HugeBytes = 8 << 20;
    private const string Urn = "urn:message:LockNGen.Contracts:";

    [Fact]
    public async Task Poison_OnEveryQueue_IsPutAsideAndHoldsUpNothing()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        var notifier = deployment.StartNotifier();
        await notifier.ReadyAsync();
        await using var connection = await new ConnectionFactory { Uri = deployment.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        (string Queue, string Type, ServiceProcess Reader)[] commandQueues =
        [
            (BusQueues.GenerationApi, nameof(ClaimGeneration), deployment.Api),
            (BusQueues.Watcher("watcher-a"), nameof(SubmitGeneration), deployment.Watcher),
            (BusQueues.WebhookNotifier, nameof(RegisterWebhook), notifier),
        ];
        var aside = new List<AsideQueue>();
        foreach (var (queue, _, _) in commandQueues)
            aside.Add(await AsideQueue.OpenAsync(channel, new DurableQueue(queue).Name));

        foreach (var (queue, type, _) in commandQueues)
        {
            foreach (var (body, urn) in Unreadable(type).Concat(Strange()))
                await AsideQueue.PublishAsync(channel, queue, "", body, urn);
        }

        foreach (var (body, urn) in Unreadable(nameof(WatcherHeartbeat)).Concat(Strange()))
            await AsideQueue.PublishAsync(channel, BusQueues.Heartbeats, "", body, urn);
        // To gateways, to the stream that gateways start from, to the API's and the notifier's queues of outcomes.
        foreach (var (body, urn) in Unreadable(nameof(GenerationCompleted)).Concat(Strange()))
            await AsideQueue.PublishAsync(channel, GenerationEventTypes.Completed, "", body, urn);

        foreach (var queue in aside)
            await queue.UntilAsync(Unreadable("").Concat(Strange()).Count());
        foreach (var (_, _, reader) in commandQueues)
            await reader.LoggedAsync("R-FAULT");
        await deployment.Gateways[0].LoggedAsync("is not an event of LockN Gen and was dropped");
        await RenderAsync(deployment, deployment.Gateways[0]);
        var late = deployment.StartGateway();
        await late.ReadyAsync();
        await RenderAsync(deployment, late);
        foreach (var service in new[] { deployment.Api, deployment.Watcher, deployment.Gateways[0], notifier })
            service.Ended.IsCompleted.ShouldBeFalse();
    }

    /// <summary>Of a known type, but not readable as that type.</summary>
    private static IEnumerable<(byte[] Body, string? Urn)> Unreadable(string type)
    {
        yield return ("{ \"generationId\": "u8.ToArray(), Urn + type);
        yield return ("null"u8.ToArray(), Urn + type);
        yield return ("[]"u8.ToArray(), Urn + type);
        yield return ("{\"generationId\":7}"u8.ToArray(), Urn + type);
        yield return ([0xFF, 0xFE, 0x00, 0x80], Urn + type);
        yield return ("{\"type\":\"\\ud800\",\"generationId\":\"\\ud800\"}"u8.ToArray(), Urn + type);
        yield return (Encoding.UTF8.GetBytes($"{{\"generationId\":\"{new string('x', HugeBytes)}\"}}"), Urn + type);
    }

    /// <summary>Of a type that this version does not know, or of none.</summary>
    private static IEnumerable<(byte[] Body, string? Urn)> Strange()
    {
        yield return ("{\"type\":\"generation.unheard-of\"}"u8.ToArray(), Urn + "GenerationUnheardOf");
        yield return ("hello"u8.ToArray(), null);
    }

    private static async Task RenderAsync(Deployment deployment, ServiceProcess gateway)
    {
        var id = await deployment.Api.Http.SubmitAsync();
        await using var client = await ProgressClient.ConnectAsync(gateway.Url, $"generationId={id}&after=0");
        await client.UntilAsync(GenerationEventTypes.Completed);
    }
}
