using LockNGen.Contracts;
using LockNGen.TestSupport;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.WebSockets;

public sealed class WebSocketEndpointTests
{
    private readonly Guid _id = Guid.NewGuid();

    [Fact]
    public async Task Client_FromTheBeginning_SeesTheWholeLifeInOrder()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.PublishAsync(Queued(_id));
        await using var client = await ProgressClient.ConnectAsync(gateway.Url, $"generationId={_id}&after=0");
        await gateway.PublishAsync(Life(_id).Skip(1));

        await client.UntilAsync(GenerationEventTypes.Completed);

        client.Seen.Select(ProgressClient.TypeOf).ShouldBe(
        [
            "connection.ready", "generation.queued", "generation.started", "generation.progress", "generation.progress", "generation.progress",
            "generation.image", "generation.completed",
        ]);
    }

    [Fact]
    public async Task Client_AfterTheEnd_GetsASnapshotThatSaysSo()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.PublishAsync(Life(_id));
        await using var early = await ProgressClient.ConnectAsync(gateway.Url, $"generationId={_id}&after=0");
        await early.UntilAsync(GenerationEventTypes.Completed);

        await using var client = await ProgressClient.ConnectAsync(gateway.Url, $"generationId={_id}");
        var snapshot = await client.UntilAsync(GenerationEventTypes.Snapshot);

        snapshot.GetProperty("data").GetProperty("status").GetString().ShouldBe("completed");
        snapshot.GetProperty("data").GetProperty("images").GetArrayLength().ShouldBe(1);
        snapshot.GetProperty("sequence").GetInt64().ShouldBe(First(6));
    }
}
