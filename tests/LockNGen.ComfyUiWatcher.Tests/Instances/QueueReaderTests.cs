using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Generations;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

public sealed class QueueReaderTests
{
    private static readonly PromptMarker Ours = new(Guid.NewGuid(), 1, 1, "comfy-0");
    private static readonly QueueSnapshot Known = new([Item("a", 4)], [Item("b", 1), Item("c", 2)]);

    [Fact]
    public void Jobs_AreTheQueueWithWhatIsKnownOfEach()
    {
        var queue = Read("""[{"id":"c","status":"in_progress","priority":2},{"id":"a","status":"pending","priority":9},{"id":"b","status":"pending","priority":-3.5}]""").With(Known)!;

        queue.Running.Select(p => (p.PromptId, p.Marker)).ShouldBe([("c", Ours)]);
        queue.Pending.Select(p => (p.PromptId, p.Number, p.Marker)).ShouldBe([("b", -3.5, Ours), ("a", 9, Ours)]);
    }

    [Fact]
    public void Jobs_WithOneThatIsNotKnown_NeedTheQueue() =>
        Read("""[{"id":"a","status":"in_progress","priority":4},{"id":"new","status":"pending","priority":5}]""").With(Known).ShouldBeNull();

    [Theory]
    [InlineData("""{"jobs":[],"pagination":{"has_more":true}}""")]
    [InlineData("""{"jobs":[{"id":"a","status":"completed","priority":1}]}""")]
    [InlineData("""{"jobs":[{"id":"a","status":"pending"}]}""")]
    [InlineData("""{"jobs":null}""")]
    [InlineData("[]")]
    public void Answer_OfAnotherForm_IsNotTakenForTheQueue(string answer) =>
        Should.Throw<System.Text.Json.JsonException>(() => OpenJobs.Of(System.Text.Json.JsonElement.Parse(answer)));

    [Fact]
    public async Task Server_WithJobs_IsPolledWithoutItsQueue()
    {
        await using var comfy = await SimulatedServer.StartAsync("B", stepMilliseconds: 20);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync("ExecutionStart");
        await comfy.PostPromptAsync(new { prompt = Workflows.TextToImage(), prompt_id = Guid.NewGuid(), client_id = "somebody" });
        await comfy.HeldAsync(hold);
        await host.Ledger.WaitForReportAsync("comfy-0", r => r.OthersRemaining == 1, TestContext.Current.CancellationToken);
        await comfy.AnswerAsync(new { path = "/queue", method = "GET", status = 502, contentType = "text/html", body = "too much" });

        for (var beat = 0; beat < 3; beat++)
            (await host.Ledger.NextReportAsync("comfy-0")).ShouldSatisfyAllConditions(r => r.State.ShouldBe(InstanceState.Up), r => r.OthersRemaining.ShouldBe(1));
        await comfy.ReleaseAsync(hold);
        await host.Ledger.WaitForReportAsync("comfy-0", r => r is { State: InstanceState.Up, QueueRemaining: 0 }, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("A", 404, "text/plain", "404: Not Found")]
    [InlineData("B", 404, "text/html", "<html>no such page</html>")]
    [InlineData("B", 200, "text/html", "<html>please sign in</html>")]
    [InlineData("B", 200, "application/json", """{"jobs":[{"id":"x"}]}""")]
    [InlineData("B", 500, "text/plain", "500 Internal Server Error")]
    public async Task Server_WithoutJobs_IsPolledByItsQueue(string version, int status, string contentType, string body)
    {
        await using var comfy = await SimulatedServer.StartAsync(version);
        await comfy.AnswerAsync(new { path = "/api/jobs", status, contentType, body });
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync("ExecutionStart");
        await comfy.PostPromptAsync(new { prompt = Workflows.TextToImage(), prompt_id = Guid.NewGuid(), client_id = "somebody" });
        await comfy.HeldAsync(hold);

        await host.Ledger.WaitForReportAsync("comfy-0", r => r is { State: InstanceState.Up, QueueRemaining: 1, OthersRemaining: 1 }, TestContext.Current.CancellationToken);
        await comfy.ReleaseAsync(hold);
        await host.Events.WaitForAsync<GenerationCompleted>((await host.SubmitAsync(Workflows.TextToImage(seed: 7))).Id);
    }

    [Fact]
    public async Task Jobs_ThatLackAPromptOfTheQueue_DoNotLoseIt()
    {
        await using var comfy = await SimulatedServer.StartAsync("B", stepMilliseconds: 20);
        await comfy.AnswerAsync(new
        {
            path = "/api/jobs", status = 200, contentType = "application/json", body = """{"jobs":[],"pagination":{"offset":0,"limit":null,"total":0,"has_more":false}}""",
        });
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync("ExecutionStart");
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);

        await host.Events.WaitForAsync<GenerationStarted>(row.Id);
        for (var beat = 0; beat < 3; beat++)
            (await host.Ledger.NextReportAsync("comfy-0")).ShouldSatisfyAllConditions(r => r.State.ShouldBe(InstanceState.Up), r => r.OthersRemaining.ShouldBe(0));
        await comfy.ReleaseAsync(hold);

        await host.Events.WaitForAsync<GenerationProgressed>(row.Id, p => p.Data.OverallProgress is > 0 and < 100);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
        (await comfy.RendersAsync()).ShouldBe([PromptIds.Of(row.Id, 1, 1, 0)]);
    }

    private static QueueItem Item(string id, double number) => new(number, id, "client", Ours, ["9"]);

    private static OpenJobs Read(string jobs) =>
        OpenJobs.Of(System.Text.Json.JsonElement.Parse($$"""{"jobs":{{jobs}},"pagination":{"offset":0,"limit":null,"total":3,"has_more":false} }"""));
}
