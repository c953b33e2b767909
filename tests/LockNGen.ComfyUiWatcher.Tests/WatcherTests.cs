using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>A generation from the claim to its end, against both versions of ComfyUI.</summary>
public sealed class WatcherTests
{
    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    public async Task Generation_OfTwoImages_IsTheWholeTimelineInOrder(string version)
    {
        await using var comfy = await SimulatedServer.StartAsync(version, stepMilliseconds: 60);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 6), images: 2);
        var completed = await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        var events = host.Events.Of(row.Id);
        events[0].ShouldBeOfType<GenerationStarted>().Data.ShouldBe(
            new GenerationStartedData { Instance = "comfy-0", Attempt = 1, TotalImages = 2 });
        events.Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, events.Count).Select(n => GenerationSequence.Of(1, n)));
        events[^1].ShouldBe(completed);
        completed.Data.Images.Select(i => (i.Index, i.Seed)).ShouldBe([(1, 42L), (2, 43L)]);
        completed.Data.DurationSeconds.ShouldBeGreaterThan(100);

        var progress = host.Events.Of<GenerationProgressed>(row.Id).Select(p => p.Data).ToList();
        progress.Select(p => p.OverallProgress).ShouldBeInOrder();
        progress[^1].OverallProgress.ShouldBe(100);
        progress.ShouldContain(p => p.CurrentNode == "KSampler" && p.TotalSteps == 6);
        host.Events.Of<GenerationNodeExecuting>(row.Id).ShouldContain(n => n.Data.CurrentNode == "KSampler" && n.Data.NodeTitle == "The sampler");

        var preview = host.Events.Of<GenerationPreviewed>(row.Id)[0];
        preview.Data.PreviewUrl.ShouldBe($"/api/generations/{row.Id}/preview?s={preview.Sequence}");
        host.Events.Previews.ShouldContain(p => p.GenerationId == row.Id && p.Sequence == preview.Sequence && p.Bytes.Length > 0);
        row.Files.Keys.ShouldBe([(1, 1), (2, 1)], ignoreOrder: true);
        await host.LoggedAsync(string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $" after {completed.Data.DurationSeconds:0.000} s with {completed.Data.Images[0].Url} (seed 42), "));
    }
}
