using LockNGen.Contracts;
using LockNGen.TestSupport;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Broker;

[Trait("Category", "Integration")]
public sealed class RabbitMqFeedTests(RabbitMqBroker broker)
{
    private readonly Guid _id = Guid.NewGuid();

    [Fact]
    public async Task TwoReplicas_OneGeneration_SendIdenticalEvents()
    {
        var address = await broker.CreateVirtualHostAsync();
        await using var first = await GatewayHost.StartAsync(broker: address);
        await using var second = await GatewayHost.StartAsync(broker: address);
        await Task.WhenAll(first.ReadyAsync(), second.ReadyAsync());
        await using var one = await ProgressClient.ConnectAsync(first.Url, $"generationId={_id}&after=0");
        await using var other = await ProgressClient.ConnectAsync(second.Url, $"generationId={_id}&after=0");

        await first.PublishAsync(Life(_id));

        await Task.WhenAll(one.UntilAsync(GenerationEventTypes.Completed), other.UntilAsync(GenerationEventTypes.Completed));
        Events(one).ShouldBe(Events(other));
        Events(one).Count.ShouldBe(7);
    }

    [Fact]
    public async Task FreshReplica_EventsBeforeItsStart_AreServedFromTheStream()
    {
        var address = await broker.CreateVirtualHostAsync();
        await using var old = await GatewayHost.StartAsync(broker: address);
        await old.ReadyAsync();
        await old.PublishAsync(Life(_id).Take(4));

        await using var fresh = await GatewayHost.StartAsync(broker: address);
        await fresh.ReadyAsync();
        await using var client = await ProgressClient.ConnectAsync(fresh.Url, $"generationId={_id}&after={First(1)}");
        await old.PublishAsync(Life(_id).Skip(4));
        await client.UntilAsync(GenerationEventTypes.Completed);

        client.Seen.Skip(1).Select(f => f.GetProperty("sequence").GetInt64()).ShouldBe([First(2), First(3), First(4), First(5), First(6)]);
    }

    private static List<string> Events(ProgressClient client) =>
        [.. client.Seen.Where(f => f.TryGetProperty("sequence", out var s) && s.GetInt64() > 0 && ProgressClient.TypeOf(f) != GenerationEventTypes.Snapshot).Select(f => f.GetRawText())];
}
