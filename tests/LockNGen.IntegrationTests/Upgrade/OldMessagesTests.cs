using LockNGen.Contracts;
using LockNGen.IntegrationTests.Bus;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using RabbitMQ.Client;

namespace LockNGen.IntegrationTests.Upgrade;

/// <summary>Messages of an older version, read by this one: in the stream, in queues, and while both run side by side.</summary>
public sealed class OldMessagesTests(RabbitMqBroker broker)
{
    private readonly IReadOnlyList<RecordedMessage> _recorded = RecordedMessage.ReadAll();

    [Fact]
    public async Task Events_OfAnOlderVersion_ReachClientsByteForByte()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        await using var connection = await new ConnectionFactory { Uri = deployment.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var events = _recorded.Where(m => m.IsEvent).ToList();
        foreach (var message in events)
            await AsideQueue.PublishAsync(channel, message.Exchange, "", message.Bytes, message.MessageType);

        var late = deployment.StartGateway();
        await late.ReadyAsync();

        foreach (var gateway in (ServiceProcess[])[deployment.Gateways[0], late])
        {
            foreach (var generation in events.GroupBy(e => e.GenerationId))
            {
                await using var client = await ProgressClient.ConnectAsync(gateway.Url, $"generationId={generation.Key}&after=0");
                await client.UntilAsync(generation.Last().Exchange);
                // The late one has read only the stream, which contains no progress.
                client.Seen.Skip(1).Select(f => f.GetRawText())
                    .ShouldBe(generation.Where(e => gateway != late || GenerationEventTypes.State.Contains(e.Exchange)).Select(e => e.Body));
            }
        }
    }

    [Fact]
    public async Task Commands_OfAnOlderVersion_AreUnderstood()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        var notifier = deployment.StartNotifier();
        await notifier.ReadyAsync();
        await using var connection = await new ConnectionFactory { Uri = deployment.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var commands = _recorded.Where(m => !m.IsEvent).ToList();
        var queues = new Dictionary<string, AsideQueue>();
        foreach (var queue in commands.Select(c => c.Exchange).Distinct().Where(q => q != BusQueues.Heartbeats))
            queues.Add(queue, await AsideQueue.OpenAsync(channel, new DurableQueue(queue).Name));

        foreach (var command in commands)
            await AsideQueue.PublishAsync(channel, command.Exchange, "", command.Bytes, command.MessageType);

        const string mark = "no JSON: everything before this has been taken";
        foreach (var (queue, aside) in queues)
        {
            await AsideQueue.PublishAsync(channel, queue, "", System.Text.Encoding.UTF8.GetBytes(mark), messageType: null);
            (await aside.UntilAsync(1)).ShouldBe([mark], queue);
        }

        var id = await deployment.Api.Http.SubmitAsync();
        await using var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");
        await client.UntilAsync(GenerationEventTypes.Completed);
    }
}
