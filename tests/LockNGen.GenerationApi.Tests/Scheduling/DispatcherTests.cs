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
