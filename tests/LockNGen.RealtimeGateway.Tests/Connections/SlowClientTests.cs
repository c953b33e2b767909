using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Tests.WebSockets;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Connections;

public sealed class SlowClientTests
{
    [Fact]
    public async Task ClientThatStopsReading_IsDroppedWhileOthersSeeEverything()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?>
        {
            ["Connections:MaxQueuedBytes"] = "262144",
            ["Connections:CloseTimeout"] = "00:00:00.500",
        });
        var id = Guid.NewGuid();
        await using var stalled = await RawClient.ConnectAsync(gateway.Url, $"generationId={id}&after=0");
        await using var reader = await ProgressClient.ConnectAsync(gateway.Url, $"generationId={id}&after=0");

        // Images are state: they are never conflated, so a reader that stopped has to go. The other one keeps up with each.
        await gateway.PublishAsync(Queued(id), Started(id));
        var big = new string('x', 60_000);
        var open = gateway.Services.GetRequiredService<ClientConnections>();
        var n = 2;
        for (; n < 1_000 && open.Open.Count() == 2; n++)
        {
            var image = Image(id, First(n), n);
            await gateway.PublishAsync(image with { Data = image.Data with { Image = image.Data.Image with { Url = big } } });
            await reader.UntilAsync(f => f.TryGetProperty("sequence", out var s) && s.GetInt64() == image.Sequence);
        }

        n.ShouldBeLessThan(1_000, "the gateway and the kernel together must not hold 60 MB for it");
        (await stalled.IsClosedAsync()).ShouldBeTrue();
        await gateway.PublishAsync(Completed(id, First(n)));
        await reader.UntilAsync(GenerationEventTypes.Completed);
        reader.Seen.Count(f => ProgressClient.TypeOf(f) == GenerationEventTypes.Image).ShouldBe(n - 2);
    }
}
