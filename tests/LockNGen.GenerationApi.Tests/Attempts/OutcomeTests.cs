using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.GenerationApi.Tests.Attempts;

public abstract class OutcomeTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Outcome_WhoseWatcherDiesBeforePublishing_IsPublishedByTheApi()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Queue:OutcomeTimeout"] = "00:00:00.200" }, watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();

        // The fake reports and never publishes.
        await watcher.CompleteAsync(id, work);

        (await api.Events.EndOfAsync(id)).Sequence.ShouldBe(GenerationSequence.Of(work.Attempt, 2));
    }

    [Theory]
    [InlineData("can't écrire \"<漢>\" + \\ 😀", "")]
    [InlineData("no", ""","later":{"weight":1.50,"list":[1e3]}""")]
    public async Task Outcome_PublishedByTheApi_IsTheReportedOneByteForByte(string message, string ofALaterVersion)
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Queue:OutcomeTimeout"] = "00:00:00.200" }, watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        var written = Encoding.UTF8.GetString(ContractsJson.Serialize(new GenerationFailed
        {
            GenerationId = id,
            Sequence = GenerationSequence.Of(work.Attempt, 2),
            Timestamp = DateTimeOffset.UnixEpoch,
            Data = new GenerationFailedData
            {
                Error = new GenerationError { Code = "node_error", Message = message },
                Images = [],
            },
        }));
        var json = written[..^1] + ofALaterVersion + "}";

        await watcher.ReportJsonAsync(id, work.Attempt, JsonElement.Parse(json));

        (await api.Events.OutcomeJsonAsync(id)).ShouldBe(json);
    }

    [Fact]
    public async Task Outcome_ReportedAgain_IsAnsweredPublishAgain_AndAnotherOneIsSuperseded()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        var failed = new GenerationFailed
        {
            GenerationId = id,
            Sequence = GenerationSequence.Of(work.Attempt, 2),
            Timestamp = DateTimeOffset.UnixEpoch,
            Data = new GenerationFailedData { Error = new GenerationError { Code = "node_error", Message = "no" }, Images = [] },
        };

        (await watcher.ReportAsync(id, work.Attempt, failed)).Verdict.ShouldBe(OutcomeVerdict.Publish);
        (await watcher.ReportAsync(id, work.Attempt, failed)).Verdict.ShouldBe(OutcomeVerdict.Publish);
        var other = await watcher.ReportAsync(id, work.Attempt, failed with { Sequence = failed.Sequence + 1 });

        other.Verdict.ShouldBe(OutcomeVerdict.Superseded);
        other.StandingEvent!.Value.GetProperty("sequence").GetInt64().ShouldBe(failed.Sequence);
        var answer = await api.GetAsync(id);
        answer.GetProperty("error").GetProperty("message").GetString().ShouldBe("no");
    }

    [Fact]
    public async Task Heartbeat_ThatStillListsWhatItsWatcherHasEnded_IsNotAskedToAbandonIt()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        await watcher.CompleteAsync(id, work);
        // The verdict is on its way, and the watcher has yet to publish.
        watcher.Hold(id, work.Attempt, "gpu");

        (await watcher.BeatAsync()).Abandon.ShouldBeEmpty();
    }

    [Fact]
    public async Task Claim_Repeated_GrantsTheSameAttempt_AndAnotherIsRefused()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var stranger = new FakeWatcher("w2", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(null, watcher, stranger);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var offer = await watcher.OfferAsync();
        var claimId = Guid.NewGuid();
        (await stranger.ClaimAsync(offer)).Granted.ShouldBeFalse();

        var first = await watcher.ClaimAsync(offer, claimId);
        watcher.Hold(id, first.Work!.Attempt, "gpu");
        var repeated = await watcher.ClaimAsync(offer, claimId);

        repeated.Work!.Attempt.ShouldBe(first.Work.Attempt);
        repeated.Work.UploadToken.ShouldBe(first.Work.UploadToken);
        (first.Work.StateSequence, repeated.Work.StateSequence).ShouldBe((1, 1));
        (await watcher.ClaimAsync(offer)).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task Snapshot_OfWhatTheDatabaseKnows_ReportsStatusAndOwner()
    {
        await using var api = await StartApiAsync();
        var commands = api.Services.GetRequiredService<CommandClient>();
        var id = await api.SubmitTextAsync(session: "me");

        var known = await commands.RequestAsync<GetSnapshot, SnapshotAnswer>(BusQueues.GenerationApi, new GetSnapshot { GenerationId = id }, CancellationToken.None);
        var unknown = await commands.RequestAsync<GetSnapshot, SnapshotAnswer>(
            BusQueues.GenerationApi, new GetSnapshot { GenerationId = Guid.NewGuid() }, CancellationToken.None);

        known.Owner.ShouldBe("me");
        known.Snapshot!.Sequence.ShouldBe(1);
        known.Snapshot.Data.Status.ShouldBe(GenerationStatus.Queued);
        known.Snapshot.Data.Position.ShouldBe(0);
        unknown.Snapshot.ShouldBeNull();
    }

    public sealed class OnSqlite() : OutcomeTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : OutcomeTests(server);
}
