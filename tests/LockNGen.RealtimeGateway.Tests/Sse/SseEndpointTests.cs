using System.Net;
using Microsoft.Extensions.Time.Testing;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Sse;

public sealed class SseEndpointTests : IAsyncLifetime
{
    private readonly Guid _id = Guid.NewGuid();
    private readonly FakeTimeProvider _clock = new();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync(clock: _clock);

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Stream_OfOneGeneration_IsWellFormedAndEndsWithIt()
    {
        await _gateway.PublishAndSeeAsync(Queued(_id));
        await using var stream = await EventSource.OpenAsync(_gateway, $"generationId={_id}&after=0");
        await _gateway.PublishAsync(Life(_id, steps: 1).Skip(1));

        var lines = await stream.ReadToEndAsync();

        lines[0].ShouldBe("retry: 2000");
        var events = EventSource.Parse(lines);
        events.Select(e => (e.Id, e.Type)).ShouldBe(
        [
            (null, "connection.ready"), ("1", "generation.queued"), ($"{First(1)}", "generation.started"), ($"{First(2)}", "generation.progress"),
            ($"{First(3)}", "generation.image"), ($"{First(4)}", "generation.completed"),
        ]);
        events[3].Data.ShouldContain("\"progress\":1");
        stream.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        stream.Response.Headers.GetValues("X-Accel-Buffering").ShouldBe(["no"]);
        stream.Response.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task LastEventId_ResumesAfterIt()
    {
        await using (var first = await EventSource.OpenAsync(_gateway, $"generationId={_id}&after=0"))
        {
            await _gateway.PublishAsync(Life(_id, steps: 1));
            await first.ReadToEndAsync();
        }

        await using var again = await EventSource.OpenAsync(_gateway, $"generationId={_id}&after=0", lastEventId: $"{First(2)}");

        EventSource.Parse(await again.ReadToEndAsync()).Select(e => e.Id).ShouldBe([null, $"{First(3)}", $"{First(4)}"]);
    }

    [Fact]
    public async Task Reconnect_WithTheLastEvent_IsAskedToStop()
    {
        await using (var first = await EventSource.OpenAsync(_gateway, $"generationId={_id}&after=0"))
        {
            await _gateway.PublishAsync(Life(_id, steps: 1));
            await first.ReadToEndAsync();
        }

        await using var again = await EventSource.OpenAsync(_gateway, $"generationId={_id}", lastEventId: $"{First(4)}");

        again.Response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Stream_OfSeveral_NamesTheGenerationInTheId()
    {
        var other = Guid.NewGuid();
        await using var stream = await EventSource.OpenAsync(_gateway, $"generationId={_id}:0&generationId={other}:0");
        await _gateway.PublishAsync(Queued(_id), Queued(other));

        (await stream.UntilAsync($"id: {_id}:1")).ShouldBeTrue();
        (await stream.UntilAsync($"id: {other}:1")).ShouldBeTrue();
    }

    [Fact]
    public async Task DroppedClient_FreesItsSubscriptionAndItsPlace()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?>
        {
            ["Connections:MaxPerClient"] = "1",
            ["Connections:AttemptsPerMinute"] = "100000",
        });
        using var connections = new Gauge(gateway, "lockngen.gateway.connections");
        using var subscriptions = new Gauge(gateway, "lockngen.gateway.subscriptions");
        await using (var dropped = await EventSource.OpenAsync(gateway, $"generationId={_id}&after=0"))
        {
            await dropped.UntilAsync("event: connection.ready");
            await subscriptions.ReachesAsync(1);
            await using var refused = await EventSource.OpenAsync(gateway, $"generationId={_id}");
            refused.Response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        }

        await subscriptions.ReachesAsync(0);
        await connections.ReachesAsync(0);
        // Its place is the last thing that it releases.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            await using var next = await EventSource.OpenAsync(gateway, $"generationId={_id}&after=0");
            if (next.Response.StatusCode == HttpStatusCode.OK)
                return;
            next.Response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        }
    }

    [Fact]
    public async Task Stream_ThatEndsWithItsGeneration_LeavesNothingBehind()
    {
        using var connections = new Gauge(_gateway, "lockngen.gateway.connections");
        using var subscriptions = new Gauge(_gateway, "lockngen.gateway.subscriptions");
        await using var stream = await EventSource.OpenAsync(_gateway, $"generationId={_id}&after=0");
        await subscriptions.ReachesAsync(1);

        await _gateway.PublishAsync(Life(_id, steps: 1));

        await stream.ReadToEndAsync();
        await subscriptions.ReachesAsync(0);
        await connections.ReachesAsync(0);
    }

    [Fact]
    public async Task QuietStream_GetsComments()
    {
        await using var stream = await EventSource.OpenAsync(_gateway, $"generationId={_id}&after=0");
        await stream.UntilAsync("event: connection.ready");

        _clock.Advance(TimeSpan.FromSeconds(31));

        (await stream.UntilAsync(": still here")).ShouldBeTrue();
    }
}
