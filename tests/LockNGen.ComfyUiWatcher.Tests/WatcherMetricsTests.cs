using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>What an operator sees of a server, as values.</summary>
public sealed class WatcherMetricsTests
{
    [Fact]
    public async Task Instance_AtWork_ShowsItsQueueItsFramesAndTheLatencyOfItsEvents()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:SilentAfter", "00:01:00"));
        using var measured = new Measurements(host.Services.GetRequiredService<WatcherMetrics>().Meter);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 2);
        var row = await host.SubmitAsync(Workflows.TextToImage());
        var waiting = await host.SubmitAsync(Workflows.TextToImage(seed: 7));
        await comfy.HeldAsync(hold);
        await host.Ledger.WaitForReportAsync("comfy-0", r => r.QueueRemaining == 2, TestContext.Current.CancellationToken);

        measured["lockngen.comfyui.up comfy-0"].ShouldBe(1);
        measured["lockngen.comfyui.needs_restart comfy-0"].ShouldBe(0);
        measured["lockngen.comfyui.busy comfy-0"].ShouldBe(1);
        measured["lockngen.comfyui.queue comfy-0"].ShouldBe(2);
        await comfy.ReleaseAsync(hold);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
        await host.Events.WaitForAsync<GenerationCompleted>(waiting.Id);
        await host.Ledger.WaitForReportAsync("comfy-0", r => r.QueueRemaining == 0, TestContext.Current.CancellationToken);

        measured["lockngen.comfyui.busy comfy-0"].ShouldBe(0);
        measured["lockngen.comfyui.queue comfy-0"].ShouldBe(0);
        measured["lockngen.comfyui.frames comfy-0 ExecutionStarted"].ShouldBeGreaterThanOrEqualTo(1);
        measured["lockngen.comfyui.frames comfy-0 ExecutionSucceeded"].ShouldBeGreaterThanOrEqualTo(1);
        measured[$"lockngen.events.published comfy-0 {GenerationEventTypes.Started}"].ShouldBe(2);
        measured[$"lockngen.events.latency comfy-0 {GenerationEventTypes.Progress}"].ShouldBeGreaterThan(0);
        measured["lockngen.generations.outcomes comfy-0 Completed"].ShouldBe(2);
        measured["lockngen.outcomes.waiting"].ShouldBe(0);
    }

    [Fact]
    public async Task Instance_ThatMisbehaves_ShowsItsReconnectsItsGarbageAndItsState()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        using var measured = new Measurements(host.Services.GetRequiredService<WatcherMetrics>().Meter);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 1);
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);
        await comfy.SendFrameAsync("text=true", "{"u8.ToArray());
        await comfy.SendFrameAsync("text=true", "}"u8.ToArray());
        await comfy.SendFrameAsync("text=true", """{"type":"new_thing","data":{}}"""u8.ToArray());
        await comfy.ReleaseAsync(hold);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
        measured["lockngen.comfyui.frames.malformed comfy-0"].ShouldBe(2);
        measured["lockngen.comfyui.frames comfy-0 other"].ShouldBeGreaterThanOrEqualTo(1);
        measured["lockngen.comfyui.reconnects comfy-0"].ShouldBe(0);

        await comfy.AdminAsync("zombie");
        var doomed = await host.SubmitAsync(Workflows.TextToImage(seed: 7));
        await doomed.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await host.WaitForStateAsync("comfy-0", InstanceState.NeedsRestart);
        measured["lockngen.comfyui.needs_restart comfy-0"].ShouldBe(1);
        measured["lockngen.comfyui.up comfy-0"].ShouldBe(0);

        await comfy.AdminAsync("restart");
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        measured["lockngen.comfyui.reconnects comfy-0"].ShouldBeGreaterThanOrEqualTo(1);
        measured["lockngen.generations.outcomes comfy-0 Lost"].ShouldBe(1);
    }
}
