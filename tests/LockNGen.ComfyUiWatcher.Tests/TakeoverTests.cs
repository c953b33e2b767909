using LockNGen.ComfyUiWatcher.Generations;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>What one watcher leaves behind, and the next one makes of it.</summary>
public sealed class TakeoverTests
{
    [Theory]
    [InlineData("A", "ExecutionStart")]
    [InlineData("B", "Progress")]
    [InlineData("A", "Executed")]
    [InlineData("B", "HistoryWritten")]
    public async Task Prompt_LeftByAPredecessor_IsAdoptedAndNotRenderedAgain(string version, string stage)
    {
        await using var comfy = await SimulatedServer.StartAsync(version, stepMilliseconds: 20);
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:OrphanedAfter", "00:01:00"));
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.Add(Workflows.TextToImage(steps: 40), "comfy-0");
        row.Attempt = 2;
        var hold = await comfy.HoldAsync(stage);
        await comfy.PostPromptAsync(Leftover(row, attempt: 1));
        var promptId = await comfy.HeldAsync(hold);

        await host.DispatchAsync(row);
        await host.Events.WaitForAsync<GenerationStarted>(row.Id, s => s.Data.Attempt == 3);
        await comfy.ReleaseAsync(hold);

        (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data.Images.Count.ShouldBe(1);
        (await comfy.RendersAsync()).ShouldBe([promptId]);
        // The predecessor's socket is closed with its prompt; the server notices a moment later.
        while ((await comfy.GetAsync("simulator/sockets")).GetArrayLength() > 1)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        if (stage is "Progress")
            host.Events.Of<GenerationProgressed>(row.Id).ShouldContain(p => p.Data.CurrentNode == "KSampler");
    }

    [Theory]
    [InlineData("ExecutionStart")]
    [InlineData("HistoryWritten")]
    public async Task Prompt_ThatTheServerNumberedItself_IsAdoptedByItsMarker(string stage)
    {
        await using var comfy = await SimulatedServer.StartAsync("B", 20, ("Simulator:OwnPromptIds", "true"));
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:OrphanedAfter", "00:01:00"));
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.Add(Workflows.TextToImage(), "comfy-0");
        row.Attempt = 2;
        var hold = await comfy.HoldAsync(stage);
        await comfy.PostPromptAsync(Leftover(row, attempt: 1));
        var promptId = await comfy.HeldAsync(hold);

        await host.DispatchAsync(row);
        await host.LoggedAsync("Adopted prompt " + promptId);
        await comfy.ReleaseAsync(hold);

        (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data.Images.Count.ShouldBe(1);
        (await comfy.RendersAsync()).ShouldBe([promptId]);
    }

    [Fact]
    public async Task Prompt_OfAnotherInstallationThatKnowsTheSameGeneration_IsNotAdopted()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:OrphanedAfter", "00:01:00"));
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.Add(Workflows.TextToImage(), "comfy-0");
        row.Attempt = 2;
        var hold = await comfy.HoldAsync("HistoryWritten");
        await comfy.PostPromptAsync(Leftover(row, attempt: 1, installation: "a-copy-of-the-data"));
        var theirs = await comfy.HeldAsync(hold);
        await comfy.ReleaseAsync(hold);

        await host.DispatchAsync(row);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        (await comfy.RendersAsync()).ShouldBe([theirs, PromptIds.Of(row.Id, 1, 3, 0)]);
    }

    [Fact]
    public async Task Prompt_ThatVanishedWithItsPredecessor_IsSubmittedAgainFromTheFirstMissingImage()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.Add(Workflows.TextToImage(), "comfy-0", images: 3);
        (row.Attempt, row.Floor) = (2, 50);
        var stored = new GenerationImage { Index = 1, Url = "/stored", ContentType = "image/png", Seed = 42 };
        row.Stored[(1, 1)] = new StoredImage { ImageIndex = 1, File = 1, Files = 1, Image = stored };

        await host.DispatchAsync(row);
        var completed = await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        completed.Data.Images.Select(i => i.Index).ShouldBe([1, 2, 3]);
        host.Events.Of(row.Id)[1].ShouldBeOfType<GenerationImageCompleted>().Data.Image.ShouldBe(stored);
        host.Events.Of<GenerationProgressed>(row.Id).ShouldAllBe(p => p.Data.OverallProgress >= 50);
        (await comfy.RendersAsync()).ShouldBe(
            [PromptIds.Of(row.Id, 2, 3, 0), PromptIds.Of(row.Id, 3, 3, 0)]);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("another-installation", true)]
    public async Task Prompt_OfAnotherInstallationOnTheSameServer_IsLeftAlone(string? installation, bool isKnownHere)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var theirs = isKnownHere ? host.Ledger.Add(Workflows.TextToImage(), "comfy-0").Id : Guid.NewGuid();
        var hold = await comfy.HoldAsync("ExecutionStart");
        await comfy.PostPromptAsync(new
        {
            prompt = Workflows.TextToImage(),
            prompt_id = Guid.NewGuid(),
            client_id = "their-watcher",
            extra_data = new { lockngen = new { generationId = theirs, imageIndex = 1, attempt = 1, instance = "comfy-0", installation } },
        });
        await comfy.HeldAsync(hold);
        (await host.Ledger.WaitForReportAsync("comfy-0", r => r.OthersRemaining == 1, TestContext.Current.CancellationToken)).QueueRemaining.ShouldBe(1);
        // Three times as long as an orphan may stay.
        for (var beat = 0; beat < 4; beat++)
            await host.Ledger.NextReportAsync("comfy-0");
        await comfy.ReleaseAsync(hold);

        await host.Events.WaitForAsync<GenerationCompleted>((await host.SubmitAsync(Workflows.TextToImage(seed: 7))).Id);
        (await comfy.GetAsync("history")).GetRawText().ShouldNotContain("execution_interrupted");
    }

    [Fact]
    public async Task Prompt_OfThisInstallation_SaysSo()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("ExecutionStart");
        await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);

        (await comfy.GetAsync("queue")).GetProperty("queue_running")[0][3].GetProperty("lockngen").GetProperty("installation").GetString()
            .ShouldBe(FakeLedger.InstallationId);
    }

    [Fact]
    public async Task Prompt_ThatNoOneClaims_IsStopped()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var orphan = host.Ledger.Add(Workflows.TextToImage(steps: 9000), "comfy-0");
        await comfy.PostPromptAsync(Leftover(orphan, attempt: 1));

        // It is in the way until it is stopped.
        var row = await host.SubmitAsync(Workflows.TextToImage(seed: 8));

        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
        (await comfy.GetAsync("history/" + PromptIds.Of(orphan.Id, 1, 1, 0))).GetRawText().ShouldContain("execution_interrupted");
    }

    [Fact]
    public async Task Instance_ThatIsGivenToAnother_IsLetGoWithoutAWord()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 2000));
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id);

        host.Ledger.GiveTo("comfy-0", "another-watcher");
        await host.Ledger.WaitUntilNotHeldAsync(row.Id);

        host.Events.Of(row.Id).ShouldNotContain(e => GenerationEventTypes.IsTerminal(e.Type));
        (await comfy.GetAsync("queue")).GetProperty("queue_running").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Generation_TakenOverMeanwhile_IsDropped()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 2000));
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id);

        row.Attempt = 2;
        await host.Ledger.WaitUntilNotHeldAsync(row.Id);

        host.Events.Of(row.Id).ShouldNotContain(e => GenerationEventTypes.IsTerminal(e.Type));
    }

    [Fact]
    public async Task Generation_ReturnedByALedgerThatKnowsLess_DoesNotFallBack()
    {
        await using var first = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        await using var second = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        await using var host = await WatcherHost.StartAsync([first.Url, second.Url]);
        await host.WaitForStateAsync("comfy-1", InstanceState.Up);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 500));
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id, p => p.Data.OverallProgress >= 20);
        await host.Ledger.NextReportAsync("comfy-0");
        row.Attempt = 2;
        await host.Ledger.WaitUntilNotHeldAsync(row.Id);
        var told = host.Events.Of<GenerationProgressed>(row.Id)[^1].Data.OverallProgress;

        (row.Floor, row.Instance) = (0, "comfy-1");
        await host.DispatchAsync(row);

        var next = await host.Events.WaitForAsync<GenerationProgressed>(row.Id, p => GenerationSequence.Attempt(p.Sequence) == 3);
        next.Data.OverallProgress.ShouldBeGreaterThanOrEqualTo(told);
    }

    private static object Leftover(LedgerRow row, int attempt, string? installation = null) => new
    {
        prompt = row.Workflow,
        prompt_id = PromptIds.Of(row.Id, 1, attempt, 0),
        client_id = "the-predecessor",
        extra_data = new { lockngen = new { generationId = row.Id, imageIndex = 1, attempt, instance = "comfy-0", installation } },
    };
}
