using System.Net;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Ledger;

public abstract class TakeBackTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Work_OfASilentWatcher_ContinuesWithAnother_FromTheFirstMissingImage()
    {
        await using var dying = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var heir = new FakeWatcher("w2", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(null, dying, heir);
        await dying.StartAsync();
        (await heir.StartAsync()).Owned.ShouldBeEmpty();
        var id = await api.SubmitTextAsync(count: 2);
        var (_, lost) = await dying.TakeAsync();
        (await FakeWatcher.UploadAsync(lost, 1, 1, Pictures.Png(8, 8))).EnsureSuccessStatusCode();
        dying.Hold(id, lost.Attempt, "gpu", overallProgress: 55);
        await dying.BeatAsync();
        await dying.BeatAsync();

        await dying.DieAsync();
        var (taken, work) = await heir.TakeAsync();

        taken.ShouldBe(id);
        lost.Attempt.ShouldBe(1);
        work.Attempt.ShouldBe(3);
        work.OverallProgress.ShouldBe(57);
        work.StoredImages.ShouldHaveSingleItem().Image.Index.ShouldBe(1);
        var queued = await api.Events.WaitAsync(e => e.GenerationId == id && e.Sequence > 1_000_000_000);
        queued.ShouldBeOfType<GenerationQueued>().Sequence.ShouldBe(2_000_000_001);
        using var stale = await FakeWatcher.UploadAsync(lost, 2, 1, Pictures.Png(8, 8));
        stale.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await dying.CompleteAsync(id, lost with { Prompts = [] })).ShouldBe(OutcomeVerdict.Superseded);
        (await dying.BeatAsync()).Abandon.ShouldBe([id]);
        (await heir.CompleteAsync(id, work)).ShouldBe(OutcomeVerdict.Publish);
        var answer = await api.GetAsync(id);
        answer.GetProperty("images").GetArrayLength().ShouldBe(2);
        answer.GetProperty("retries").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Progress_ThatNoHeartbeatHasReported_DoesNotDecrease()
    {
        await using var dying = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var heir = new FakeWatcher("w2", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(null, dying, heir);
        await dying.StartAsync();
        await heir.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, lost) = await dying.TakeAsync();
        // No heartbeats but these: it makes ten percent between two, so it may be at 30 when it dies.
        await dying.DieAsync();
        foreach (var progress in new[] { 10, 20 })
        {
            dying.Hold(id, lost.Attempt, "gpu", progress);
            await dying.BeatAsync();
        }

        var (_, work) = await heir.TakeAsync();

        work.OverallProgress.ShouldBe(32);
        (await api.GetAsync(id)).GetProperty("overallProgress").GetInt32().ShouldBe(32);
    }

    [Fact]
    public async Task Progress_OfWorkThatWasNotBegun_IsNotMadeUp()
    {
        await using var dying = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var heir = new FakeWatcher("w2", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(null, dying, heir);
        await dying.StartAsync();
        await heir.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, lost) = await dying.TakeAsync();
        await dying.DieAsync();
        dying.Hold(new HeldGeneration { GenerationId = id, Attempt = lost.Attempt, Instance = "gpu", OverallProgress = 0, Begun = false, WaitsBehind = 2 });
        await dying.BeatAsync();

        (await heir.TakeAsync()).Work.OverallProgress.ShouldBe(0);
    }

    [Fact]
    public async Task Work_ThatALivingWatcherNeverClaims_IsGivenUp()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(
            new Dictionary<string, string?> { ["Queue:MaxClaims"] = "3", ["Queue:ClaimTimeout"] = "00:00:00.200" }, watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();

        var failed = await api.Events.WaitAsync(e => e.GenerationId == id && e is GenerationFailed);

        var error = failed.ShouldBeOfType<GenerationFailed>().Data.Error;
        (error.Code, error.Retryable).ShouldBe((GenerationErrorCodes.InternalError, false));
        error.Message.ShouldContain("handed over 3 times");
        (await api.GetAsync(id)).GetProperty("status").GetString().ShouldBe("failed");
    }

    [Fact]
    public async Task Work_OfALeavingWatcher_IsReturnedAtOnce()
    {
        await using var leaving = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var heir = new FakeWatcher("w2", FakeWatcher.Instance("gpu"));
        // With a lease of five minutes only leaving can explain it.
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Queue:Lease"] = "00:05:00" }, leaving, heir);
        await leaving.StartAsync();
        var id = await api.SubmitTextAsync();
        await leaving.TakeAsync();
        await leaving.DieAsync();

        (await leaving.BeatAsync(leaving: true)).Owned.ShouldBeEmpty();
        await heir.StartAsync();

        (await heir.TakeAsync()).Id.ShouldBe(id);
    }

    [Fact]
    public async Task Work_OfASilentWatcher_WaitsForItsInstance_WhereItMayStillBeRendered()
    {
        await using var dying = new FakeWatcher("w1", FakeWatcher.Instance("a"));
        await using var other = new FakeWatcher("w2", FakeWatcher.Instance("b"));
        await using var heir = new FakeWatcher("w3", FakeWatcher.Instance("a"));
        await using var api = await StartApiAsync(null, dying, other, heir);
        await dying.StartAsync();
        var id = await api.SubmitTextAsync();
        await dying.TakeAsync();
        await other.StartAsync();

        await dying.DieAsync();
        await api.Events.WaitAsync(e => e.GenerationId == id && e.Sequence > 1_000_000_000 && e is GenerationQueued);
        var next = await api.SubmitTextAsync();

        (await other.TakeAsync()).Id.ShouldBe(next);
        await heir.StartAsync();
        (await heir.TakeAsync()).Id.ShouldBe(id);
    }

    [Fact]
    public async Task Work_WhoseInstanceIsNotWatchedInTime_GoesElsewhere()
    {
        await using var dying = new FakeWatcher("w1", FakeWatcher.Instance("a"));
        await using var other = new FakeWatcher("w2", FakeWatcher.Instance("b"));
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Queue:AdoptionTimeout"] = "00:00:00" }, dying, other);
        await dying.StartAsync();
        var id = await api.SubmitTextAsync();
        await dying.TakeAsync();
        await other.StartAsync();

        await dying.DieAsync();

        (await other.TakeAsync()).Id.ShouldBe(id);
    }

    [Fact]
    public async Task Work_ThatItsWatcherNoLongerLists_IsReturned()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, first) = await watcher.TakeAsync();

        watcher.Forget(id);
        var (again, second) = await watcher.TakeAsync();

        again.ShouldBe(id);
        second.Attempt.ShouldBe(first.Attempt + 2);
        second.StateSequence.ShouldBe(GenerationSequence.Of(first.Attempt + 1, 1));
    }

    [Fact]
    public async Task LostRender_IsTriedAgainElsewhere_UntilRetriesAreUsedUp()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("a"), FakeWatcher.Instance("b"));
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Queue:MaxRetries"] = "1" }, watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var lost = new GenerationError { Code = GenerationErrorCodes.ComfyUiLost, Message = "ComfyUI vanished.", Retryable = true };

        var offer = await watcher.OfferAsync();
        var first = (await watcher.ClaimAsync(offer)).Work!;
        watcher.Hold(id, first.Attempt, offer.Instance);
        (await watcher.ReportAsync(id, first.Attempt, null, lost)).Verdict.ShouldBe(OutcomeVerdict.TakenBack);
        watcher.Forget(id);
        var elsewhere = await watcher.OfferAsync();
        elsewhere.Instance.ShouldNotBe(offer.Instance);
        var second = (await watcher.ClaimAsync(elsewhere)).Work!;
        (await watcher.ReportAsync(id, second.Attempt, null, lost)).Verdict.ShouldBe(OutcomeVerdict.TakenBack);

        var end = (await api.Events.EndOfAsync(id)).ShouldBeOfType<GenerationFailed>();
        end.Data.Error.Code.ShouldBe(GenerationErrorCodes.ComfyUiLost);
        (end.Sequence, end.StateSequence).ShouldBe((GenerationSequence.Of(second.Attempt + 1, 1), null));
        (await api.GetAsync(id)).GetProperty("status").GetString().ShouldBe("failed");
    }

    [Fact]
    public async Task Work_LostByAnInstance_WaitsForOneThatCanInsteadOfGoingBackThere()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("a"), FakeWatcher.Instance("b"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await api.SubmitTextAsync();
        await api.SubmitTextAsync();
        var (first, second) = (await watcher.OfferAsync(), await watcher.OfferAsync());
        var (lost, busy) = ((await watcher.ClaimAsync(first)).Work!, (await watcher.ClaimAsync(second)).Work!);
        watcher.Hold(first.GenerationId, lost.Attempt, first.Instance);
        watcher.Hold(second.GenerationId, busy.Attempt, second.Instance);

        await watcher.ReportAsync(first.GenerationId, lost.Attempt, outcome: null, new GenerationError { Code = GenerationErrorCodes.ComfyUiLost, Message = "gone" });
        // It has room, and gets the next generation.
        var next = await api.SubmitTextAsync();
        var offer = await watcher.OfferAsync();
        (offer.GenerationId, offer.Instance).ShouldBe((next, first.Instance));
        await watcher.CompleteAsync(second.GenerationId, busy);

        // An unclaimed offer is repeated; it does not count here.
        while ((offer = await watcher.OfferAsync()).GenerationId == next)
            offer.Instance.ShouldBe(first.Instance);
        (offer.GenerationId, offer.Instance).ShouldBe((first.GenerationId, second.Instance));
    }

    [Fact]
    public async Task Work_ThatEndsTheWorkersOfTwoInstances_FailsAndIsNotGivenToAThird()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("a"), FakeWatcher.Instance("b"), FakeWatcher.Instance("c"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var died = new GenerationError { Code = GenerationErrorCodes.WorkerDied, Message = "died", Retryable = true };
        var (_, first) = await watcher.TakeAsync();
        (await watcher.ReportAsync(id, first.Attempt, outcome: null, died)).Verdict.ShouldBe(OutcomeVerdict.TakenBack);
        var (_, second) = await watcher.TakeAsync();

        await watcher.ReportAsync(id, second.Attempt, outcome: null, died);

        var error = (await api.Events.EndOfAsync(id)).ShouldBeOfType<GenerationFailed>().Data.Error;
        (error.Code, error.Retryable).ShouldBe((GenerationErrorCodes.WorkerDied, false));
        error.Message.ShouldStartWith("ComfyUI's worker died while it rendered this, on a and then on b");
    }

    [Fact]
    public async Task Offer_ThatNoOneClaims_IsMadeAgain_WithoutAnAttempt()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Queue:ClaimTimeout"] = "00:00:00.200" }, watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();

        var (first, second) = (await watcher.OfferAsync(), await watcher.OfferAsync());

        first.ShouldBe(second);
        (await api.GetAsync(id)).GetProperty("attempts").GetInt32().ShouldBe(0);
    }

    public sealed class OnSqlite() : TakeBackTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : TakeBackTests(server);
}
