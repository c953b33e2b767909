using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Scheduling;

public abstract class DispatcherTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Instance_ThatIsIdle_GoesBeforeOneWithOtherPeoplesPrompts()
    {
        await using var watcher = new FakeWatcher(
            "w1",
            FakeWatcher.Instance("a", capacity: 3) with { QueueRemaining = 1, OthersRemaining = 1 },
            FakeWatcher.Instance("b") with { QueueRemaining = 1, OthersRemaining = 0 });
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();

        await api.SubmitTextAsync();
        (await watcher.OfferAsync()).Instance.ShouldBe("b");
        // With no idle one left, waiting behind others is better than waiting here.
        await api.SubmitTextAsync();
        (await watcher.OfferAsync()).Instance.ShouldBe("a");
    }

    [Fact]
    public async Task Log_ExplainsADispatchAndAClaimAtDebug_AndSaysOncePerDispatchThatItWas()
    {
        var log = new LogRecorder();
        await using var watcher = new FakeWatcher(
            "w1",
            FakeWatcher.Instance("a") with { Labels = new Dictionary<string, string> { ["speed"] = "slow" } },
            FakeWatcher.Instance("b", capacity: 2) with { Labels = new Dictionary<string, string> { ["speed"] = "high" }, QueueRemaining = 3, OthersRemaining = 0 });
        await using var api = await StartApiAsync(log, new Dictionary<string, string?> { ["Logging:LogLevel:LockNGen"] = "Debug" }, watcher);
        await watcher.StartAsync();

        var impossible = await SubmitAsync(api, new { required = new { speed = "of light" } });
        var first = await SubmitAsync(api, new { preferred = new { speed = "high" } });
        var (_, work) = await watcher.TakeAsync();
        var second = await SubmitAsync(api, new { });
        await watcher.TakeAsync();

        var lines = log.Entries.Where(e => e.Text.StartsWith("Generation ", StringComparison.Ordinal)).Select(e => $"{e.Level}: {e.Text.TrimEnd()}").ToList();
        lines.ShouldContain(
            $"Debug: Generation {first}: b was chosen, the first of 2 with room, of 2 that can render it, of 2 at work: it has 1 of 1 preferred labels, "
            + "the model is loaded there: False, 0 prompts of others in its queue, room for 2; who lost it before: none");
        lines.ShouldContain(
            $"Debug: Generation {second}: b was chosen, the first of 2 with room, of 2 that can render it, of 2 at work: it has 0 of 0 preferred labels, "
            + "the model is loaded there: True, 0 prompts of others in its queue, room for 1; who lost it before: none");
        lines.ShouldContain(l => l.StartsWith($"Debug: Generation {impossible} stands aside: none of the 2 instances that work can render it", StringComparison.Ordinal));
        lines.ShouldContain(l => l.StartsWith($"Debug: Generation {first}: attempt {work.Attempt} on b granted to watcher w1 (claim ", StringComparison.Ordinal));
        lines.Where(l => l.StartsWith("Information: ", StringComparison.Ordinal)).Select(l => l.Split(": ", 2)[1]).ShouldBe(
            [$"Generation {first}: dispatched to b (watcher w1)", $"Generation {second}: dispatched to b (watcher w1)"]);
    }

    private static async Task<Guid> SubmitAsync(ApiHost api, object labels) =>
        (await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x", model = "sd15.safetensors" }, labels })).GetProperty("id").GetGuid();

    [Fact]
    public async Task Installation_IsTheSameForEveryWatcher()
    {
        await using var first = new FakeWatcher("w1", FakeWatcher.Instance("a"));
        await using var second = new FakeWatcher("w2", FakeWatcher.Instance("b"));
        await using var api = await StartApiAsync(null, first, second);

        var id = (await first.StartAsync()).InstallationId;

        id.ShouldNotBeNullOrEmpty();
        (await second.StartAsync()).InstallationId.ShouldBe(id);
    }

    public sealed class OnSqlite() : DispatcherTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : DispatcherTests(server);
}
