using System.Text.Json;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>Workflows that ComfyUI refuses or fails, and outputs that are not what one expects.</summary>
public sealed class FailureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("A", false, GenerationErrorCodes.NodeError)]
    [InlineData("B", true, GenerationErrorCodes.OutOfMemory)]
    public async Task Node_ThatRaises_FailsTheGenerationWithItsWords(string version, bool outOfMemory, string code)
    {
        await using var comfy = await SimulatedServer.StartAsync(version);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await comfy.AdminAsync($"fail-node?classType=VAEDecode&outOfMemory={outOfMemory}");

        var row = await host.SubmitAsync(Workflows.TextToImage());
        var failed = await host.Events.WaitForAsync<GenerationFailed>(row.Id);

        (failed.Data.Error.Code, failed.Data.Error.Retryable).ShouldBe((code, outOfMemory));
        (failed.Data.Error.NodeId, failed.Data.Error.NodeType).ShouldBe(("6", "VAEDecode"));
        failed.Data.Error.Message.ShouldNotBeEmpty();
        host.Events.Of(row.Id)[^1].ShouldBe(failed);
    }

    [Fact]
    public async Task SecondImage_ThatFails_LeavesTheFirst()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("HistoryWritten");
        var row = await host.SubmitAsync(Workflows.TextToImage(), images: 2);
        await comfy.HeldAsync(hold);
        await comfy.AdminAsync("fail-node?classType=KSampler");
        await comfy.ReleaseAsync(hold);

        var failed = await host.Events.WaitForAsync<GenerationFailed>(row.Id);

        failed.Data.Images.ShouldHaveSingleItem().Index.ShouldBe(1);
    }

    [Fact]
    public async Task Model_ThatIsNotThere_IsExplainedWithTheOnesThatAre_AndMayBeElsewhere()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var workflow = JsonSerializer.Deserialize<JsonElement>(
            Workflows.TextToImage().GetRawText().Replace(Graphs.Checkpoint, "gone.safetensors", StringComparison.Ordinal));

        var row = await host.SubmitAsync(workflow);
        var error = await row.Lost.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

        error.Code.ShouldBe(GenerationErrorCodes.MissingModel);
        error.Message.ShouldContain("gone.safetensors");
        error.Message.ShouldContain(Graphs.Checkpoint);
    }

    [Theory]
    [InlineData("""{"20":{"class_type":"LabColor","inputs":{}},"21":{"class_type":"SaveImage","inputs":{"images":["20",0],"filename_prefix":"x"}},"99":{"class_type":"LabColor"}}""", "Node 99 (LabColor) has no inputs")]
    [InlineData("""{"nodes":[],"links":[],"version":0.4}""", "Export (API)")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"1":{"inputs":{}}}""", "Node 1 has no class_type")]
    public async Task Workflow_ThatCannotRun_IsRefusedWithTheReason(string workflow, string reason)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.AddUnseeded(JsonSerializer.Deserialize<JsonElement>(workflow), "comfy-0");

        await host.DispatchAsync(row);
        var error = (await host.Events.WaitForAsync<GenerationFailed>(row.Id)).Data.Error;

        error.Code.ShouldBe(GenerationErrorCodes.InvalidWorkflow);
        error.Message.ShouldContain(reason);
        error.Retryable.ShouldBeFalse();
    }

    [Theory]
    [InlineData("A", "does not exist", null, null)]
    [InlineData("B", "not found", "1", "NoSuchNode")]
    public async Task Class_ThatTheServerDoesNotHave_IsNamed_AndMayBeElsewhere(string version, string reason, string? nodeId, string? nodeType)
    {
        await using var comfy = await SimulatedServer.StartAsync(version);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.AddUnseeded(JsonSerializer.Deserialize<JsonElement>("""{"1":{"class_type":"NoSuchNode","inputs":{}}}"""), "comfy-0");

        await host.DispatchAsync(row);
        var error = await row.Lost.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

        (error.Code, error.NodeId, error.NodeType).ShouldBe((GenerationErrorCodes.InvalidWorkflow, nodeId, nodeType));
        error.Message.ShouldContain("NoSuchNode");
        error.Message.ShouldContain(reason);
    }

    [Theory]
    [InlineData("A", "Prompt outputs failed validation")]
    [InlineData("B", "Dependency cycle detected")]
    public async Task Cycle_IsRefusedWithWhatTheServerSays(string version, string reason)
    {
        await using var comfy = await SimulatedServer.StartAsync(version);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.AddUnseeded(JsonSerializer.Deserialize<JsonElement>("""
            {"1":{"class_type":"LabSlow","inputs":{"image":["2",0],"seconds":0.1}},"2":{"class_type":"LabSlow","inputs":{"image":["1",0],"seconds":0.1}},
             "3":{"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"x"}}}
            """), "comfy-0");

        await host.DispatchAsync(row);
        var error = (await host.Events.WaitForAsync<GenerationFailed>(row.Id)).Data.Error;

        error.Code.ShouldBe(GenerationErrorCodes.InvalidWorkflow);
        error.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Output_LeftOutByComfyUi_DoesNotHoldTheOthersBack()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.AddUnseeded(JsonSerializer.Deserialize<JsonElement>("""
            {"20":{"class_type":"LabColor","inputs":{"seed":1,"px":64,"batch":1}},"21":{"class_type":"SaveImage","inputs":{"images":["20",0],"filename_prefix":"x"}},
             "40":{"class_type":"SaveImage","inputs":{"filename_prefix":"x"}}}
            """), "comfy-0");

        await host.DispatchAsync(row);

        var completed = (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data;
        completed.Images.Count.ShouldBe(1);
        var warning = completed.Warnings.ShouldHaveSingleItem();
        (warning.Code, warning.NodeId, warning.NodeType).ShouldBe((GenerationWarningCodes.OutputLeftOut, "40", "SaveImage"));
        warning.Message.ShouldContain("images");
    }

    [Fact]
    public async Task BlockedOutput_BesideAGoodOne_IsNotAFailure()
    {
        await using var comfy = await SimulatedServer.StartAsync("A");
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.AddUnseeded(JsonSerializer.Deserialize<JsonElement>("""
            {"20":{"class_type":"LabColor","inputs":{"seed":3,"px":64,"batch":1}},"21":{"class_type":"SaveImage","inputs":{"images":["20",0],"filename_prefix":"x"}},
             "30":{"class_type":"LabBlocked","inputs":{"image":["20",0],"message":"blocked on purpose"}},"31":{"class_type":"PreviewImage","inputs":{"images":["30",0]}}}
            """), "comfy-0");

        await host.DispatchAsync(row);

        var completed = (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data;
        completed.Images.Count.ShouldBe(1);
        var warning = completed.Warnings.ShouldHaveSingleItem();
        (warning.Code, warning.NodeId, warning.NodeType).ShouldBe((GenerationWarningCodes.ExecutionBlocked, "31", "PreviewImage"));
        warning.Message.ShouldContain("blocked on purpose");
    }

    [Fact]
    public async Task SamePrompt_Again_IsServedFromTheCacheWithTheOldFiles()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var first = await host.SubmitAsync(Workflows.TextToImage());
        await host.Events.WaitForAsync<GenerationCompleted>(first.Id);

        var second = await host.SubmitAsync(Workflows.TextToImage());
        var completed = await host.Events.WaitForAsync<GenerationCompleted>(second.Id);

        completed.Data.Images.Count.ShouldBe(1);
        second.Files[(1, 1)].ShouldBe(first.Files[(1, 1)]);
        host.Events.Of<GenerationNodeExecuting>(second.Id).ShouldBeEmpty();
        host.Events.Of<GenerationProgressed>(second.Id)[^1].Data.OverallProgress.ShouldBe(100);
    }

    [Theory]
    [InlineData("A", "SaveImageWebsocket", 1)]
    [InlineData("B", "SaveImageWebsocket", 2)]
    [InlineData("A", "PreviewImage", 2)]
    [InlineData("B", "SaveImage", 3)]
    public async Task Images_FromAnyNode_AreAllStored(string version, string output, int batch)
    {
        await using var comfy = await SimulatedServer.StartAsync(version);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var row = await host.SubmitAsync(Workflows.TextToImage(output: output, batch: batch));
        var completed = await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        completed.Data.Images.Count.ShouldBe(batch);
        completed.Data.Images.ShouldAllBe(i => i.ContentType == "image/png");
        row.Files.Keys.ShouldBe(Enumerable.Range(1, batch).Select(f => (1, f)), ignoreOrder: true);
        row.Files.Values.ShouldAllBe(f => !System.Text.Encoding.Latin1.GetString(f).Contains("tEXtprompt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metadata_ThatTheOperatorKeeps_StaysInTheFile()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:KeepMetadata", "true"));

        var row = await host.SubmitAsync(Workflows.TextToImage());
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        System.Text.Encoding.Latin1.GetString(row.Files[(1, 1)]).ShouldContain("tEXtprompt");
    }

    [Fact]
    public async Task InputFile_StoredUnderAnotherName_IsWhatTheWorkflowReads()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.AddUnseeded(JsonSerializer.Deserialize<JsonElement>("""
            {"1":{"class_type":"LoadImage","inputs":{"image":"mine.png"}},"2":{"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"x"}}}
            """), "comfy-0");
        row.InputFiles = [new InputFile { Name = "mine.png", Url = $"{host.Ledger.Url}/inputs/mine.png" }];
        // Another file has the name already, so ComfyUI stores ours under another one.
        await comfy.UploadAsync("mine.png", Picture.Of(1));

        await host.DispatchAsync(row);

        (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data.Images.Count.ShouldBe(1);
        (await comfy.GetAsync("history")).GetRawText().ShouldContain("mine (1).png");
    }

    [Fact]
    public async Task Upload_ThatTheApiRefusesForGood_FailsAsStorage()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        host.Ledger.Store.UploadStatus = 413;

        var row = await host.SubmitAsync(Workflows.TextToImage());

        var error = (await host.Events.WaitForAsync<GenerationFailed>(row.Id)).Data.Error;
        error.Code.ShouldBe(GenerationErrorCodes.StorageFailed);
        error.Message.ShouldBe("test_00001_.png is too large to be stored.");
        host.Ledger.Store.Uploads.ShouldBe(1);
    }

    [Fact]
    public async Task Upload_WithAStaleToken_EndsTheWorkWithoutAWord()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("HistoryWritten");
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);
        host.Ledger.Store.UploadStatus = 409;
        await comfy.ReleaseAsync(hold);

        await host.Ledger.WaitUntilNotHeldAsync(row.Id);

        host.Events.Of(row.Id).ShouldNotContain(e => GenerationEventTypes.IsTerminal(e.Type));
    }
}
