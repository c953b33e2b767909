using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Scheduling;

/// <summary>Only rendering counts, and what reports progress is not cut off by a default.</summary>
public abstract class DeadlinesTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Claimed_ButNotBegun_IsDispatchedAndReportsWhereItWaits()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();

        watcher.Hold(Held(id, work) with { Begun = false, WaitsBehind = 2 });
        await watcher.BeatAsync();

        var waiting = await api.GetAsync(id);
        waiting.GetProperty("status").GetString().ShouldBe("dispatched");
        waiting.GetProperty("instance").GetString().ShouldBe("gpu");
        waiting.GetProperty("waitsBehind").GetInt32().ShouldBe(2);
        waiting.TryGetProperty("startedAt", out _).ShouldBeFalse();
        (await api.Client.GetFromJsonAsync<JsonElement>("/api/generations?status=dispatched")).GetProperty("items").GetArrayLength().ShouldBe(1);

        watcher.Hold(Held(id, work) with { Begun = true, RenderSeconds = 3 });
        await watcher.BeatAsync();

        var running = await api.GetAsync(id);
        running.GetProperty("status").GetString().ShouldBe("running");
        running.TryGetProperty("waitsBehind", out _).ShouldBeFalse();
        running.GetProperty("startedAt").GetDateTimeOffset().ShouldBeLessThan(DateTimeOffset.UtcNow.AddSeconds(-2));
    }

    [Fact]
    public async Task OwnTimeout_CountsRenderingOfAllAttempts_AndSaysSo()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await SubmitAsync(api, timeoutSeconds: 100);
        var (_, first) = await watcher.TakeAsync();
        watcher.Hold(Held(id, first) with { Begun = true, RenderSeconds = 60, QuietSeconds = 60 });
        await watcher.BeatAsync();
        await watcher.ReportAsync(id, first.Attempt, outcome: null, new GenerationError { Code = GenerationErrorCodes.ComfyUiLost, Message = "gone" });
        var (_, second) = await watcher.TakeAsync();
        second.Try.ShouldBe(2);

        watcher.Hold(Held(id, second) with { Begun = true, RenderSeconds = 41 });
        var cancellation = await watcher.CancellationAsync();

        cancellation.Error!.Message.ShouldBe("It rendered for longer than its timeoutSeconds (100).");
        (await api.GetAsync(id)).GetProperty("attempts").GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData(5_000, 11, "It reported no progress for 10 seconds")]
    [InlineData(6_001, 1, "It rendered for longer than 6000 seconds, the hard limit")]
    public async Task NoTimeout_IsALimitOfSilenceAndAHardOne(double rendered, double quiet, string message)
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        var limits = new Dictionary<string, string?> { ["Queue:DefaultTimeoutSeconds"] = "10", ["Queue:HardTimeoutSeconds"] = "6000" };
        await using var api = await StartApiAsync(limits, watcher);
        await watcher.StartAsync();
        var id = await SubmitAsync(api, timeoutSeconds: null);
        var (_, work) = await watcher.TakeAsync();
        // It has rendered for long and reports progress: nothing ends it.
        watcher.Hold(Held(id, work) with { Begun = true, RenderSeconds = 5_000, QuietSeconds = 1 });
        await watcher.BeatAsync();
        for (var sweep = 0; sweep < 5; sweep++)
            await watcher.Answers.ReadAsync(TestContext.Current.CancellationToken);
        (await api.GetAsync(id)).TryGetProperty("cancelRequestedAt", out _).ShouldBeFalse();

        watcher.Hold(Held(id, work) with { Begun = true, RenderSeconds = rendered, QuietSeconds = quiet });

        (await watcher.CancellationAsync()).Error!.Message.ShouldStartWith(message);
    }

    [Fact]
    public async Task QueueTimeout_CountsWaitingInComfyUi()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        using var response = await api.Client.PostAsJsonAsync(
            "/api/generations", new { template = "txt2img", parameters = new { prompt = "x", model = "sd15.safetensors" }, queueTimeoutSeconds = 1 });
        var id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        var (_, work) = await watcher.TakeAsync();
        watcher.Hold(Held(id, work) with { Begun = false, WaitsBehind = 1 });

        (await watcher.CancellationAsync()).Error!.Code.ShouldBe(GenerationErrorCodes.QueueTimeout);
    }

    [Fact]
    public async Task Accepted_ReportsWhichLimitsApply()
    {
        await using var api = await StartApiAsync();

        using var own = await api.Client.PostAsJsonAsync("/api/generations", Request(timeoutSeconds: 1200));
        using var none = await api.Client.PostAsJsonAsync("/api/generations", Request(timeoutSeconds: null));

        (await own.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("limits").GetRawText()
            .ShouldBe("""{"queueTimeoutSeconds":86400,"timeoutSeconds":1200}""");
        (await none.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("limits").GetRawText()
            .ShouldBe("""{"queueTimeoutSeconds":86400,"silenceSeconds":600,"hardTimeoutSeconds":86400}""");
    }

    private static HeldGeneration Held(Guid id, GenerationWork work) => new() { GenerationId = id, Attempt = work.Attempt, Instance = "gpu" };

    private static object Request(int? timeoutSeconds) => new { template = "txt2img", parameters = new { prompt = "x", model = "sd15.safetensors" }, timeoutSeconds };

    private static async Task<Guid> SubmitAsync(ApiHost api, int? timeoutSeconds)
    {
        using var response = await api.Client.PostAsJsonAsync("/api/generations", Request(timeoutSeconds));
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    public sealed class OnSqlite() : DeadlinesTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : DeadlinesTests(server);
}
