using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Cancel;

public abstract class CancelTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Cancel_WhileRunning_NotifiesTheWatcher_WhoseOutcomeDecides()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();

        (await CancelAsync(api, id)).ShouldBe(("accepted", "running"));
        var command = await watcher.CancellationAsync();
        (command.GenerationId, command.Instance, command.Reason, command.Error).ShouldBe((id, "gpu", "user", null));
        (await watcher.CompleteAsync(id, work)).ShouldBe(OutcomeVerdict.Publish);

        (await CancelAsync(api, id)).ShouldBe(("alreadyEnded", "completed"));
    }

    [Fact]
    public async Task Cancel_WhileQueued_NamesTheEventOfTheQueueBeforeIt()
    {
        await using var api = await StartApiAsync();
        var id = await api.SubmitTextAsync();

        await CancelAsync(api, id);

        var end = await api.Events.EndOfAsync(id);
        (end.Sequence, end.StateSequence).ShouldBe((GenerationSequence.Of(1, 1), 1));
    }

    [Fact]
    public async Task Cancel_WhenEverythingIsRendered_IsTooLate()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        (await FakeWatcher.UploadAsync(work, 1, 1, Pictures.Png(8, 8))).EnsureSuccessStatusCode();

        (await CancelAsync(api, id)).ShouldBe(("tooLate", "running"));
    }

    [Fact]
    public async Task Cancel_OfAllMine_LeavesTheNeighbours()
    {
        await using var api = await StartApiAsync();
        var (mine, alsoMine, theirs) = (await api.SubmitTextAsync(session: "me"), await api.SubmitTextAsync(session: "me"), await api.SubmitTextAsync(session: "you"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generations/cancel") { Content = JsonContent.Create(new { all = true }) };
        request.Headers.Add("X-Session-Id", "me");

        using var response = await api.Client.SendAsync(request);

        var receipts = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("receipts").EnumerateArray().ToList();
        receipts.Select(r => r.GetProperty("id").GetGuid()).ShouldBe([mine, alsoMine], ignoreOrder: true);
        (await api.GetAsync(theirs)).GetProperty("status").GetString().ShouldBe("queued");
    }

    [Fact]
    public async Task Cancel_WhoseWatcherDies_EndsAsCancelled_AndIsNotDispatchedAgain()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var heir = new FakeWatcher("w2", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(null, watcher, heir);
        await watcher.StartAsync();
        await heir.StartAsync();
        var id = await api.SubmitTextAsync();
        await watcher.TakeAsync();
        await CancelAsync(api, id);

        await watcher.DieAsync();

        (await api.Events.EndOfAsync(id)).ShouldBeOfType<GenerationCancelled>().Data.Reason.ShouldBe("user");
        heir.HasOffer.ShouldBeFalse();
    }

    [Fact]
    public async Task Deadline_Passed_AsksTheWatcherToFailIt()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Queue:CancelTimeout"] = "00:00:00.500" }, watcher);
        await watcher.StartAsync();
        var answer = await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x", model = "m" }, timeoutSeconds = 1 });
        await watcher.TakeAsync();

        var command = await watcher.CancellationAsync();
        command.Error!.Code.ShouldBe(GenerationErrorCodes.Timeout);

        // A watcher that does not obey is overruled.
        var end = await api.Events.EndOfAsync(answer.GetProperty("id").GetGuid());
        end.ShouldBeOfType<GenerationFailed>().Data.Error.Code.ShouldBe(GenerationErrorCodes.Timeout);
    }

    [Fact]
    public async Task QueueDeadline_Passed_FailsWhatNeverStarted()
    {
        await using var api = await StartApiAsync();
        var answer = await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x" }, queueTimeoutSeconds = 1 });

        var end = await api.Events.EndOfAsync(answer.GetProperty("id").GetGuid());

        end.ShouldBeOfType<GenerationFailed>().Data.Error.Code.ShouldBe(GenerationErrorCodes.QueueTimeout);
    }

    private static async Task<(string Receipt, string Status)> CancelAsync(ApiHost api, Guid id)
    {
        using var response = await api.Client.PostAsync($"/api/generations/{id}/cancel", null);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.GetProperty("receipt").GetString()!, answer.GetProperty("status").GetString()!);
    }

    public sealed class OnSqlite() : CancelTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : CancelTests(server);
}
