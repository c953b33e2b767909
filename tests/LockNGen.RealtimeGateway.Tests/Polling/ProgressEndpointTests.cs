using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Polling;

public sealed class ProgressEndpointTests : IAsyncLifetime
{
    private readonly Guid _id = Guid.NewGuid();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync() =>
        _gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Rings:Events"] = "4" });

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Snapshot_AskedForAgainUnchanged_Is304()
    {
        await _gateway.PublishAndSeeAsync(Life(_id));
        using var first = await _gateway.Http.GetAsync($"api/generations/{_id}/progress");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/generations/{_id}/progress");
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(first.Headers.ETag!.ToString()));

        using var second = await _gateway.Http.SendAsync(request);

        (await JsonAsync(first)).GetProperty("data").GetProperty("status").GetString().ShouldBe("completed");
        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Poll_WithACursor_GetsTheEventsSinceThenAndTheNextCursor()
    {
        await _gateway.PublishAndSeeAsync(Life(_id).Take(4));

        var answer = await PollAsync($"after={First(1)}");

        answer.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64()).ShouldBe([First(2), First(3)]);
        answer.GetProperty("after").GetInt64().ShouldBe(First(3));
        answer.TryGetProperty("gap", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Poll_ThatWaits_IsAnsweredByTheNextEvent()
    {
        await _gateway.PublishAndSeeAsync(Life(_id).Take(2));
        var waiting = PollAsync($"after={First(1)}&wait=60");
        await _gateway.PublishAsync(Progress(_id, First(2)));

        var answer = await waiting;

        answer.GetProperty("events")[0].GetProperty("sequence").GetInt64().ShouldBe(First(2));
    }

    [Fact]
    public async Task Poll_WithACursorThatTheRingHasPassed_GetsTheGapAndASnapshot()
    {
        await _gateway.PublishAndSeeAsync(Life(_id, steps: 20));

        var answer = await PollAsync($"after={First(2)}");

        answer.GetProperty("gap").GetProperty("reason").GetString().ShouldBe("window_exceeded");
        answer.GetProperty("snapshot").GetProperty("sequence").GetInt64().ShouldBe(First(23));
        answer.GetProperty("after").GetInt64().ShouldBe(First(23));
        answer.GetProperty("events").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("nonsense/progress")]
    [InlineData("7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f/progress?after=x")]
    [InlineData("7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f/progress?after=1&wait=61")]
    [InlineData("nonsense/preview")]
    public async Task Request_ThatMakesNoSense_Is400(string path)
    {
        using var answer = await _gateway.Http.GetAsync("api/generations/" + path);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task UnknownGeneration_HasStatusUnknownAndNoPreview()
    {
        using var answer = await _gateway.Http.GetAsync($"api/generations/{_id}/progress");
        (await JsonAsync(answer)).GetProperty("data").GetProperty("status").GetString().ShouldBe("unknown");
        using var preview = await _gateway.Http.GetAsync($"api/generations/{_id}/preview");
        preview.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    private async Task<JsonElement> PollAsync(string query)
    {
        using var answer = await _gateway.Http.GetAsync($"api/generations/{_id}/progress?{query}");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await JsonAsync(answer);
    }
}
