using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>Started means that ComfyUI has started it.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Prompt_BehindOthers_IsNotStartedAndItsClockDoesNotRun()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync("ExecutionStart");
        await comfy.PostPromptAsync(new { prompt = Workflows.TextToImage(), prompt_id = Guid.NewGuid(), client_id = "somebody" });
        await comfy.HeldAsync(hold);
        await comfy.PostPromptAsync(new { prompt = Workflows.TextToImage(seed: 8), prompt_id = Guid.NewGuid(), client_id = "somebody" });

        var row = await host.SubmitAsync(Workflows.TextToImage(seed: 9));
        var queued = await host.Events.WaitForAsync<GenerationQueued>(row.Id);
        var held = await host.Ledger.WaitForHeldAsync(row.Id, h => h.WaitsBehind == 2);

        (queued.Data.Instance, queued.Data.WaitsBehind, queued.Data.Position).ShouldBe(("comfy-0", 2, 2));
        (held.Begun, held.RenderSeconds).ShouldBe((false, 0));
        host.Events.Of<GenerationStarted>(row.Id).ShouldBeEmpty();

        var own = await comfy.HoldAsync("Progress", "KSampler", step: 1);
        await comfy.ReleaseAsync(hold);
        // The others' prompts come to this hold first; each is let go.
        for (var other = 0; other < 2; other++)
        {
            await comfy.HeldAsync(own);
            await comfy.ReleaseAsync(own);
            own = await comfy.HoldAsync("Progress", "KSampler", step: 1);
        }

        await comfy.HeldAsync(own);
        await host.Events.WaitForAsync<GenerationStarted>(row.Id);
        (await host.Ledger.WaitForHeldAsync(row.Id, h => h.Begun == true)).WaitsBehind.ShouldBeNull();
        await comfy.ReleaseAsync(own);
        var completed = await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        var events = host.Events.Of(row.Id);
        events.Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, events.Count).Select(n => GenerationSequence.Of(1, n)));
        completed.Sequence.ShouldBe(events[^1].Sequence);
    }

    [Fact]
    public async Task Prompt_OnAnIdleServer_IsStartedWithoutAWordOfWaiting()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var row = await host.SubmitAsync(Workflows.TextToImage());
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        host.Events.Of(row.Id)[0].ShouldBeOfType<GenerationStarted>();
    }

    [Fact]
    public async Task Prompt_SilentWhileItRuns_CountsAsQuietUntilItSaysSomething()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("Executing", "VAEDecode");
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);

        var quiet = await host.Ledger.WaitForHeldAsync(row.Id, h => h.QuietSeconds > 1);
        await comfy.ReleaseAsync(hold);

        quiet.RenderSeconds.ShouldBeGreaterThanOrEqualTo(quiet.QuietSeconds);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
    }
}
