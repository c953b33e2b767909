using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Tests.WebSockets;
using LockNGen.TestSupport;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Connections;

public sealed class SlowClientTests
{
    [Fact]
    public async Task ClientThatStopsReading_IsDroppedWhileOthersSeeEverything()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?>
        {
            ["Connections:MaxQueuedBytes"] = "65536",
            ["Connections:CloseTimeout"] = "00:00:00.500",
        });
        var id = Guid.NewGuid();
        await using var stalled = await RawClient.ConnectAsync(gateway.Url, $"generationId={id}&after=0");
        await using var reader = await ProgressClient.ConnectAsync(gateway.Url, $"generationId={id}&after=0");

        // Images are state: they are never conflated, so a reader that stopped has to go.
        await gateway.PublishAsync(Queued(id), Started(id));
        var big = new string('x', 60_000);
        for (var n = 2; n < 200; n++)
        {
            var image = Image(id, First(n), n);
            await gateway.PublishAsync(image with { Data = image.Data with { Image = image.Data.Image with { Url = big } } });
        }

        await gateway.PublishAsync(Completed(id, First(200)));
        await reader.UntilAsync(GenerationEventTypes.Completed);

        reader.Seen.Count(f => ProgressClient.TypeOf(f) == GenerationEventTypes.Image).ShouldBe(198);
        (await stalled.IsClosedAsync()).ShouldBeTrue();
    }
}
