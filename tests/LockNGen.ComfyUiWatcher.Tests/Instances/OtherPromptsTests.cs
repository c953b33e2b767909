using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

/// <summary>Prompts that somebody else submitted.</summary>
public sealed class OtherPromptsTests
{
    [Fact]
    public async Task PromptOfAnotherClient_IsTwoEventsUnderItsOwnId()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 1);
        var id = Guid.NewGuid();
        await comfy.PostPromptAsync(new { prompt = Workflows.TextToImage(), prompt_id = id, client_id = "somebody" });
        await comfy.ReachedAsync(hold);
        await host.Events.WaitForAsync<GenerationStarted>(id);
        await comfy.ReleaseAsync(hold);
        await host.Events.WaitForAsync<GenerationCompleted>(id);

        host.Events.Of(id).Select(e => e.Sequence).Distinct().ShouldBe([1_000_000_001, 1_000_000_002]);
    }

    [Fact]
    public async Task PromptOfAnotherClient_ServedFromTheCacheBetweenTwoLooks_IsSeenAllTheSame()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await comfy.PostPromptAsync(new { prompt = Workflows.TextToImage(), prompt_id = Guid.NewGuid(), client_id = "somebody" });
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        // Held until it was seen: what ended before the first look is no news.
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 1);
        var first = Guid.NewGuid();
        await comfy.PostPromptAsync(new { prompt = Workflows.TextToImage(seed: 7), prompt_id = first, client_id = "somebody" });
        await comfy.ReachedAsync(hold);
        await host.Events.WaitForAsync<GenerationStarted>(first);
        await comfy.ReleaseAsync(hold);
        await host.Events.WaitForAsync<GenerationCompleted>(first);

        var cached = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToList();
        foreach (var id in cached)
            await comfy.PostPromptAsync(new { prompt = Workflows.TextToImage(seed: 7), prompt_id = id, client_id = "somebody" });

        foreach (var id in cached)
        {
            await host.Events.WaitForAsync<GenerationStarted>(id);
            await host.Events.WaitForAsync<GenerationCompleted>(id);
        }
    }
}
