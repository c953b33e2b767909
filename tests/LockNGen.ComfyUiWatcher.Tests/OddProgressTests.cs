using System.Text;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>Case 16: what custom nodes send by hand.</summary>
public sealed class OddProgressTests
{
    /// <summary>A prompt that is held sends nothing: its socket must not be renewed meanwhile, or a frame sent by hand may go to the one before.</summary>
    private static readonly (string, string) NeverRenewed = ("ComfyUi:SilentAfter", "00:01:00");

    [Fact]
    public async Task Frames_SentByHand_CountForTheNodeThatRuns_AndBreakNothing()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], NeverRenewed, ("ComfyUi:CustomEvents:0", "my_node.feedback"));
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 1);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 10));
        var id = await comfy.HeldAsync(hold);

        foreach (var frame in new[]
        {
            $$$"""{"type":"progress","data":{"value":0,"max":1,"prompt_id":"{{{id}}}","node":null}}""",
            """{"type":"progress","data":{"value":3,"max":10}}""",
            $$$"""{"type":"progress","data":{"value":5,"max":0,"prompt_id":"{{{id}}}","node":"5"}}""",
            $$$"""{"type":"progress","data":{"value":12.5,"max":10,"prompt_id":"{{{id}}}","node":"5"}}""",
            """{"type":"progress_state","data":{"prompt_id":"<id>","nodes":{"5":{"value":4,"max":10,"state":"running"},"99":{"value":null,"max":"?","state":"running"}}}}"""
                .Replace("<id>", id, StringComparison.Ordinal),
            """{"type":"status","data":{"status":{"exec_info":{}}}}""",
            """{"type":"my_node.feedback","data":{"node_id":"5","text":"loading"}}""",
            """{"type":"other_node.feedback","data":{"node_id":"5","text":"not asked for"}}""",
        })
        {
            await comfy.SendFrameAsync("text=true", Encoding.UTF8.GetBytes(frame));
        }

        await host.Events.WaitForAsync<GenerationProgressed>(row.Id, p => p.Data is { NodeId: "5", Step: 4, TotalSteps: 10 });
        var custom = (await host.Events.WaitForAsync<GenerationCustom>(row.Id)).Data;
        await comfy.ReleaseAsync(hold);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        (custom.EventType, custom.NodeId, custom.Data.GetProperty("text").GetString()).ShouldBe(("my_node.feedback", "5", "loading"));
        var progress = host.Events.Of<GenerationProgressed>(row.Id).Select(p => p.Data).ToList();
        progress.Select(p => p.OverallProgress).ShouldBeInOrder();
        progress.ShouldAllBe(p => p.OverallProgress >= 0 && p.OverallProgress <= 100 && p.NodeId != "99");
        host.Events.Of<GenerationCustom>(row.Id).ShouldHaveSingleItem();
    }

    /// <summary>Node packs that run their own prompts send such frames themselves.</summary>
    [Theory]
    [InlineData("""{"type":"executing","data":{"node":null,"prompt_id":"<id>"}}""")]
    [InlineData("""{"type":"execution_success","data":{"prompt_id":"<id>"}},{"type":"executing","data":{"prompt_id":"<id>"}}""")]
    public async Task End_ReportedByANodeWhileThePromptRuns_IsNoEnd(string frames)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], NeverRenewed);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 2);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 10));
        var id = await comfy.HeldAsync(hold);

        foreach (var frame in frames.Replace("<id>", id, StringComparison.Ordinal).Replace("}},{", "}}\n{", StringComparison.Ordinal).Split('\n'))
            await comfy.SendFrameAsync("text=true", Encoding.UTF8.GetBytes(frame));
        await host.LoggedAsync("was reported as ended");
        await comfy.ReleaseAsync(hold);
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id, p => p.Data.Step == 8);
        (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data.Images.Count.ShouldBe(1);

        (await comfy.RendersAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Events_OfAGeneration_TellNodesDoneAndTheCachedOnes()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var first = await host.SubmitAsync(Workflows.TextToImage(seed: 1));
        await host.Events.WaitForAsync<GenerationCompleted>(first.Id);

        var other = host.Ledger.AddUnseeded(Workflows.TextToImage(seed: 2), "comfy-0");
        await host.DispatchAsync(other);
        await host.Events.WaitForAsync<GenerationCompleted>(other.Id);
        var same = host.Ledger.AddUnseeded(Workflows.TextToImage(seed: 2), "comfy-0");
        await host.DispatchAsync(same);
        await host.Events.WaitForAsync<GenerationCompleted>(same.Id);

        var node = host.Events.Of<GenerationNodeExecuting>(other.Id)[0].Data;
        node.CachedNodeIds.ShouldBe(["1", "2", "3", "4"], ignoreOrder: true);
        (node.NodesDone, node.NodesTotal).ShouldBe((4, 7));
        var end = host.Events.Of<GenerationProgressed>(other.Id)[^1].Data;
        (end.NodesDone, end.NodesTotal).ShouldBe((7, 7));
        host.Events.Of<GenerationPreviewed>(other.Id).ShouldAllBe(p => p.Data.NodeId == "5");
        // Nothing ran, so there was no generation.node.
        host.Events.Of<GenerationProgressed>(same.Id)[^1].Data.CachedNodeIds.Count.ShouldBe(7);
    }
}
