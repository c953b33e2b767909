using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>Servers and sockets that do not behave, and an API that is not there.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Socket_DroppedInMidRun_IsReopenedAndTheTimelineContinues()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 30);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 2);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 100));
        await comfy.HeldAsync(hold);
        await comfy.AdminAsync("sockets/drop");
        await comfy.ReleaseAsync(hold);

        // Steps that it can only have received on a new socket.
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id, p => p.Data.Step > 50);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        host.Events.Of<GenerationProgressed>(row.Id).Select(p => p.Data.OverallProgress).ShouldBeInOrder();
        (await comfy.RendersAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Socket_DroppedUntilTheEnd_IsMadeUpForByTheHistory()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("Executed");
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);
        await comfy.AdminAsync("sockets/drop");
        await comfy.ReleaseAsync(hold);

        (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data.Images.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Socket_ThatIsDeaf_IsFoundAndRenewed()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 60);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 2);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 100));
        await comfy.HeldAsync(hold);
        await comfy.AdminAsync("sockets/deafen");
        await comfy.ReleaseAsync(hold);

        await host.Events.WaitForAsync<GenerationProgressed>(row.Id, p => p.Data.Step > 50);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
    }

    [Fact]
    public async Task Socket_ThatIsDeafInTheMiddleOfANode_IsFoundBySilenceLongBeforeTheSetting()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 60);
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:SilentAfter", "00:00:10"), ("ComfyUi:PollInterval", "00:00:10"));
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 2);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 200));
        await comfy.HeldAsync(hold);
        await comfy.AdminAsync("sockets/deafen");
        await comfy.ReleaseAsync(hold);

        // 200 steps are 12 seconds; what is found within two of the first missing one leaves most of them.
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id, p => p.Data.Step > 10);
        host.Events.Of<GenerationProgressed>(row.Id).First(p => p.Data.Step > 10).Data.Step.ShouldBeLessThan(100);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
    }

    [Fact]
    public async Task Frames_ThatMakeNoSense_HarmNothing()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 1);
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);
        foreach (var frame in new[] { "{", "[]", "{\"type\":7}", "{\"type\":\"progress\",\"data\":{}}", "{\"type\":\"new_thing\",\"data\":{}}", "{\"type\":\"status\",\"data\":{}}" })
            await comfy.SendFrameAsync("text=true", System.Text.Encoding.UTF8.GetBytes(frame));
        foreach (var frame in new byte[][] { [0], [0, 0, 0, 1], [0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0, 0, 0, 99, 1, 2], [0, 0, 0, 3, 0, 0, 0, 9] })
            await comfy.SendFrameAsync("text=false", frame);
        await comfy.ReleaseAsync(hold);

        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
    }

    [Fact]
    public async Task Server_ThatFreezes_IsUnresponsiveAndItsWorkGivenBack()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 2000));
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id);
        await comfy.AdminAsync("freeze");

        (await row.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Code.ShouldBe(GenerationErrorCodes.ComfyUiUnresponsive);
        await host.WaitForStateAsync("comfy-0", InstanceState.Unresponsive);
        await comfy.AdminAsync("unfreeze");
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
    }

    [Fact]
    public async Task Server_WithADeadWorker_NeedsARestartAndGetsNoMoreWork()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        await comfy.AdminAsync("zombie");
        var row = await host.SubmitAsync(Workflows.TextToImage());

        (await row.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Code.ShouldBe(GenerationErrorCodes.ComfyUiUnresponsive);
        (await host.WaitForStateAsync("comfy-0", InstanceState.NeedsRestart)).Reason!.ShouldContain("restart ComfyUI");
        await comfy.AdminAsync("restart");
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
    }

    [Fact]
    public async Task Server_WhoseWorkerDiesAfterGoodWork_StaysInNeedOfARestart()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var good = await host.SubmitAsync(Workflows.TextToImage());
        await host.Events.WaitForAsync<GenerationCompleted>(good.Id);
        await comfy.AdminAsync("zombie");
        var row = await host.SubmitAsync(Workflows.TextToImage(seed: 7));
        await row.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await host.WaitForStateAsync("comfy-0", InstanceState.NeedsRestart);

        // Even after many polls, what it did before proves nothing.
        for (var beat = 0; beat < 3; beat++)
            (await host.Ledger.NextReportAsync("comfy-0")).State.ShouldBe(InstanceState.NeedsRestart);
    }

    [Fact]
    public async Task Worker_ThatDiesOnAPromptItHasStarted_IsFoundInTheLogAndBlamedOnThePrompt()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync("ExecutionStart");
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);
        await comfy.AdminAsync("zombie");

        (await row.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Code.ShouldBe(GenerationErrorCodes.WorkerDied);
        await host.WaitForStateAsync("comfy-0", InstanceState.NeedsRestart);
    }

    [Fact]
    public async Task Server_RestartedInMidRun_GivesTheWorkBack()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 2000));
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id);

        await comfy.AdminAsync("restart");

        (await row.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Code.ShouldBe(GenerationErrorCodes.ComfyUiLost);
        host.Events.Of(row.Id).ShouldNotContain(e => GenerationEventTypes.IsTerminal(e.Type));
    }

    [Fact]
    public async Task Server_ThatIsNotThere_IsDown()
    {
        await using var host = await WatcherHost.StartAsync(["http://127.0.0.1:9"]);

        (await host.WaitForStateAsync("comfy-0", InstanceState.Down)).Reason.ShouldNotBeNull();
    }

    [Fact]
    public async Task History_ThatLagsBehind_IsWaitedFor()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await comfy.AdminAsync("history-lag?milliseconds=300");

        var row = await host.SubmitAsync(Workflows.TextToImage(), images: 2);

        (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data.Images.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Api_AwayWhileComfyUiRenders_GetsTheOutcomeWhenItIsBack()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("Bus:RequestTimeout", "00:00:00.500"));
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 2);
        var row = await host.SubmitAsync(Workflows.TextToImage(), images: 2);
        await comfy.HeldAsync(hold);
        host.Ledger.Away = true;
        await comfy.ReleaseAsync(hold);

        // Both images are rendered and stored while no heartbeat is answered, and nothing has ended.
        await host.Events.WaitForAsync<GenerationImageCompleted>(row.Id, i => i.Data.ImageIndex == 2);
        row.Outcome.Task.IsCompleted.ShouldBeFalse();
        host.Ledger.Away = false;

        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
    }

    [Fact]
    public async Task Catalog_OfAServer_ReachesTheApi()
    {
        await using var comfy = await SimulatedServer.StartAsync("A");
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var report = await host.Ledger.WaitForReportAsync("comfy-0", r => r.CatalogHash is not null, TestContext.Current.CancellationToken);

        var catalog = await host.Ledger.WaitForCatalogAsync("comfy-0");

        catalog.Hash.ShouldBe(report.CatalogHash);
        catalog.Version.ShouldBe("0.3.64");
        using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(catalog.ObjectInfo), System.IO.Compression.CompressionMode.Decompress);
        using var document = await System.Text.Json.JsonDocument.ParseAsync(gzip, cancellationToken: TestContext.Current.CancellationToken);
        document.RootElement.TryGetProperty("KSampler", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Catalog_ThatIsDoubted_IsReadAgain_WithWhatTheServerReplaces()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var before = await host.Ledger.WaitForCatalogAsync("comfy-0");
        await comfy.AdminAsync("node-replacements", """{"Old": [{"new_node_id": "KSampler"}]}""");
        await comfy.AdminAsync("catalog/choices?classType=CheckpointLoaderSimple&input=ckpt_name", """["new.safetensors"]""");

        host.Ledger.Doubted = ["comfy-0"];
        var after = await host.Ledger.WaitForCatalogAsync("comfy-0", unlike: before.Hash);

        before.NodeReplacements.ShouldBeNull();
        Text(after.NodeReplacements!).ShouldContain("Old");
        Text(after.ObjectInfo).ShouldContain("new.safetensors");
        host.Ledger.Reports["comfy-0"].CatalogAgeSeconds.ShouldNotBeNull();

        static string Text(byte[] compressed)
        {
            using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(compressed), System.IO.Compression.CompressionMode.Decompress);
            using var reader = new StreamReader(gzip);
            return reader.ReadToEnd();
        }
    }

    [Fact]
    public async Task Server_FrozenWhileItsFilesAreFetched_IsGivenUpLikeAnyOther()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("HistoryWritten");
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);
        var uploading = host.Ledger.Store.HoldUploads();
        await comfy.ReleaseAsync(hold);
        await uploading.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await comfy.AdminAsync("freeze");

        (await row.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Code.ShouldBe(GenerationErrorCodes.ComfyUiUnresponsive);
    }
}
