using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

/// <summary>Prompts that others submitted.</summary>
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
        await comfy.HeldAsync(hold);
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
        await comfy.HeldAsync(hold);
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

    [Theory]
    [InlineData(null)]
    [InlineData("Address")]
    [InlineData("Fetch")]
    [InlineData("None")]
    public async Task PromptOfAnotherClient_EndsWithWhatItMade(string? setting)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], [.. setting is null ? [] : new[] { ("ComfyUi:OthersResults", setting) }]);
        var id = await PostAsync(host, comfy, Guid.NewGuid().ToString());

        var completed = await host.Events.WaitForAsync<GenerationCompleted>(Guid.Parse(id));

        if (setting == "None")
        {
            completed.Data.Images.ShouldBeEmpty();
            return;
        }

        var image = completed.Data.Images.ShouldHaveSingleItem();
        (image.Index, image.NodeId, image.OutputKey, image.Source).ShouldBe((1, "7", "images", "output"));
        image.Filename.ShouldBe("test_00001_.png");
        if (setting == "Fetch")
        {
            image.Url.ShouldBe($"/api/generations/{id}/images/1");
            host.Ledger.Others[id].Files[(1, 1)].ShouldNotBeEmpty();
            return;
        }

        (image.Url, image.ContentType, image.Kind).ShouldBe(($"{comfy.Url}/view?filename=test_00001_.png&subfolder=&type=output", "image/png", "image"));
        using var http = new HttpClient();
        (await http.GetByteArrayAsync(new Uri(image.Url), TestContext.Current.CancellationToken)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task PromptOfAnotherClient_UnderTheIdOfAGeneration_IsKnownUnderAnother()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var ours = host.Ledger.Add(Workflows.TextToImage(), "comfy-0");

        await PostAsync(host, comfy, ours.Id.ToString());
        await host.Ledger.WaitForReportAsync("comfy-0", r => r.QueueRemaining == 0, TestContext.Current.CancellationToken);
        var theirs = host.Ledger.Others[ours.Id.ToString()].Id;
        await host.Events.WaitForAsync<GenerationCompleted>(theirs);

        theirs.ShouldNotBe(ours.Id);
        host.Events.Of(ours.Id).ShouldBeEmpty();
    }

    [Fact]
    public async Task PromptOfAnotherClient_ThatFails_SaysWithWhichException()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await comfy.AdminAsync("fail-node?classType=VAEDecode");
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var id = await PostAsync(host, comfy, Guid.NewGuid().ToString());

        var error = (await host.Events.WaitForAsync<GenerationFailed>(Guid.Parse(id))).Data.Error;

        error.Message.ShouldMatch("^[A-Za-z]+Error: ");
        error.NodeType.ShouldBe("VAEDecode");
    }

    /// <summary>Held until it was seen: what ended before the first look is no news.</summary>
    private static async Task<string> PostAsync(WatcherHost host, SimulatedServer comfy, string id)
    {
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 1);
        await comfy.PostPromptAsync(new { prompt = Workflows.TextToImage(), prompt_id = id, client_id = "somebody" });
        await comfy.HeldAsync(hold);
        await host.Ledger.WaitForReportAsync("comfy-0", r => r.OthersRemaining == 1, TestContext.Current.CancellationToken);
        await comfy.ReleaseAsync(hold);
        return id;
    }
}
