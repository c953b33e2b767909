using System.Net;
using LockNGen.TestSupport;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Sse;

public sealed class SseEndpointTests : IAsyncLifetime
{
    private readonly Guid _id = Guid.NewGuid();
    private readonly FakeClock _clock = new();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync(time: _clock);

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
    public async Task Reconnect_WithTheLastEvent_IsToldToStop()
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
    public async Task QuietStream_GetsComments()
    {
        await using var stream = await EventSource.OpenAsync(_gateway, $"generationId={_id}&after=0");
        await stream.UntilAsync("event: connection.ready");

        _clock.Advance(TimeSpan.FromSeconds(31));

        (await stream.UntilAsync(": still here")).ShouldBeTrue();
    }
}
