using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Tests.WebSockets;
using LockNGen.TestSupport;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Connections;

public sealed class SlowClientTests
{
    /// <summary>Of 60 kB each: 24 MB, more than the socket buffers of both ends may hold together.</summary>
    private const int ManyImages = 400;

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

        // Images are state: they are never conflated, so a reader that has stopped must be disconnected. The other one keeps up.
        await gateway.PublishAsync(Queued(id), Started(id));
        var big = new string('x', 60_000);
        for (var n = 2; n < ManyImages; n++)
        {
            var image = Image(id, First(n), n);
            await gateway.PublishAsync(image with { Data = image.Data with { Image = image.Data.Image with { Url = big } } });
            await reader.UntilAsync(f => f.TryGetProperty("sequence", out var s) && s.GetInt64() == image.Sequence);
        }

        (await stalled.IsClosedAsync()).ShouldBeTrue();
        await gateway.PublishAsync(Completed(id, First(ManyImages)));
        await reader.UntilAsync(GenerationEventTypes.Completed);
        reader.Seen.Count(f => ProgressClient.TypeOf(f) == GenerationEventTypes.Image).ShouldBe(ManyImages - 2);
    }

    [Fact]
    public async Task OneClientAmongAThousand_ThatStopsReading_TakesNothingFromTheOthers()
    {
        const int Readers = 999;
        const int Images = 60;
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?>
        {
            ["Connections:MaxPerClient"] = "2000",
            ["Connections:AttemptsPerMinute"] = "5000",
            ["Connections:MaxQueuedBytes"] = "131072",
            ["Connections:SendBufferBytes"] = "65536",
        });
        var id = Guid.NewGuid();
        await using var stalled = await RawClient.ConnectAsync(gateway.Url, $"generationId={id}&after=0", receiveBuffer: 16 << 10);
        var readers = new List<ProgressClient>();
        for (var i = 0; i < Readers; i++)
            readers.Add(await ProgressClient.ConnectAsync(gateway.Url, $"generationId={id}&after=0"));

        await gateway.PublishAsync(Queued(id), Started(id));
        var big = new string('x', 10_000);
        for (var n = 2; n < Images; n++)
        {
            var image = Image(id, First(n), n);
            await gateway.PublishAsync(image with { Data = image.Data with { Image = image.Data.Image with { Url = big } } });
            await Task.WhenAll(readers.Select(r => r.UntilAsync(f => f.TryGetProperty("sequence", out var s) && s.GetInt64() == image.Sequence)));
        }

        await gateway.PublishAsync(Completed(id, First(Images)));
        await Task.WhenAll(readers.Select(r => r.UntilAsync(GenerationEventTypes.Completed)));

        readers.ShouldAllBe(r => r.Seen.Count(f => ProgressClient.TypeOf(f) == GenerationEventTypes.Image) == Images - 2);
        (await stalled.IsClosedAsync()).ShouldBeTrue();
        foreach (var reader in readers)
            await reader.DisposeAsync();
    }
}
