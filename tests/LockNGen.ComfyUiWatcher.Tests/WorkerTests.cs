using System.Text.Json;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>ComfyUI's one thread that renders: slow (case 22), or dead.</summary>
public sealed class WorkerTests
{
    // A heartbeat is more than three times as long as a server may be silent.
    private static readonly (string, string) Impatient = ("ComfyUi:SilentAfter", "00:00:00.300");
    private static readonly (string, string) SoonDead = ("ComfyUi:DeadAfter", "00:00:01");

    [Theory]
    [InlineData("A", "ExecutionStart")]
    [InlineData("B", "ExecutionStart")]
    [InlineData("B", "Waiting")]
    public async Task Server_SlowToStart_IsLeftInPeaceAndCompletesAtTheFirstAttempt(string version, string stage)
    {
        await using var comfy = await SimulatedServer.StartAsync(version);
        await using var host = await WatcherHost.StartAsync([comfy.Url], Impatient);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync(stage);
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);
        for (var beat = 0; beat < 4; beat++)
            (await host.Ledger.NextReportAsync("comfy-0")).State.ShouldBe(InstanceState.Up);
        await comfy.ReleaseAsync(hold);

        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
        var next = await host.SubmitAsync(Workflows.TextToImage(seed: 7));
        await host.Events.WaitForAsync<GenerationCompleted>(next.Id);

        (await comfy.RendersAsync()).Count.ShouldBe(2);
        (await comfy.GetAsync("history")).GetRawText().ShouldNotContain("execution_interrupted");
    }

    [Fact]
    public async Task Node_ThatEndsTheWorkerInSilence_IsFoundByACancelThatIsNotObeyed()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], Impatient, SoonDead);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.AddUnseeded(Exits(), "comfy-0");
        await host.DispatchAsync(row);
        await host.Events.WaitForAsync<GenerationNodeExecuting>(row.Id, n => n.Data.CurrentNode == "LabExit");

        await host.CancelAsync(row);

        (await row.Lost.Task.WaitAsync(TestContext.Current.CancellationToken)).Code.ShouldBe(GenerationErrorCodes.WorkerDied);
        (await host.WaitForStateAsync("comfy-0", InstanceState.NeedsRestart)).Reason!.ShouldContain("which still runs, and nothing moves");
        await comfy.AdminAsync("restart");
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
    }

    [Fact]
    public async Task Prompt_OfAnotherThatEndsTheWorker_GivesOursBackWithoutBlame()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], Impatient, ("ComfyUi:StalledAfter", "00:00:02"));
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        await comfy.PostPromptAsync(new { prompt = Exits(), prompt_id = Guid.NewGuid(), client_id = "somebody" });
        var row = await host.SubmitAsync(Workflows.TextToImage());

        (await row.Lost.Task.WaitAsync(TestContext.Current.CancellationToken)).Code.ShouldBe(GenerationErrorCodes.ComfyUiUnresponsive);
        (await host.WaitForStateAsync("comfy-0", InstanceState.NeedsRestart)).Reason!.ShouldContain("while others wait");
    }

    [Fact]
    public async Task Prompt_WithoutInputsFromAnother_KillsTheWorkerAndIsFoundInTheLog()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], Impatient);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var nodes = Workflows.TextToImage().Deserialize<Dictionary<string, JsonElement>>()!;
        nodes["99"] = JsonSerializer.SerializeToElement(new { class_type = "PreviewImage" });
        await comfy.PostPromptAsync(new { prompt = nodes, prompt_id = Guid.NewGuid(), client_id = "somebody" });
        var row = await host.SubmitAsync(Workflows.TextToImage());

        await row.Lost.Task.WaitAsync(TestContext.Current.CancellationToken);
        (await host.WaitForStateAsync("comfy-0", InstanceState.NeedsRestart)).Reason!.ShouldContain("its log shows");
    }

    [Fact]
    public async Task Server_ThatWorksAfterAll_IsUsedAgainAndDoesNotRenderWhatWasGivenUp()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], Impatient, SoonDead);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync("Waiting");
        var running = await comfy.HoldAsync("ExecutionStart");
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await row.Lost.Task.WaitAsync(TestContext.Current.CancellationToken);
        (await host.WaitForStateAsync("comfy-0", InstanceState.NeedsRestart)).Reason!.ShouldContain("none has been started");

        await comfy.ReleaseAsync(hold);
        var prompt = await comfy.HeldAsync(running);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        await host.LoggedAsync($"No one claims prompt {prompt}");
        await comfy.ReleaseAsync(running);

        await host.Events.WaitForAsync<GenerationCompleted>((await host.SubmitAsync(Workflows.TextToImage(seed: 7))).Id);
    }

    private static JsonElement Exits() => JsonSerializer.Deserialize<JsonElement>("""
        {"1":{"class_type":"LabColor","inputs":{"seed":1,"px":64,"batch":1}},
         "2":{"class_type":"LabExit","inputs":{"image":["1",0]}},
         "4":{"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"x"}}}
        """);
}
