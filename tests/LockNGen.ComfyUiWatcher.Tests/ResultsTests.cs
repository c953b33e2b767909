using System.Text.Json;
using LockNGen.ComfyUiWatcher.Generations;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>What nodes show becomes results, complete and named, no matter how the watcher learns of it.</summary>
public sealed class ResultsTests
{
    private const string Color = """ "20":{"class_type":"LabColor","inputs":{"seed":1,"px":64,"batch":1}} """;

    private static string Save(string id, string more = "") =>
        $$$""" "{{{id}}}":{"class_type":"SaveImage","inputs":{"images":["20",0],"filename_prefix":"main/r{{{id}}}"}{{{more}}}} """;

    private static string Preview(string id) => $$$""" "{{{id}}}":{"class_type":"PreviewImage","inputs":{"images":["20",0]}} """;

    /// <summary>Case 9.</summary>
    [Theory]
    [InlineData("a b 🙂")]
    [InlineData("")]
    public async Task Text_ThatANodeReturns_IsAResult(string text)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var completed = await CompleteAsync(host, $$$""" "2":{"class_type":"LabText","inputs":{"text":"{{{text}}}","to_client_only":false}} """);

        var result = completed.Images.ShouldHaveSingleItem();
        (result.Kind, result.NodeId, result.OutputKey, result.Text).ShouldBe((GenerationResultKinds.Text, "2", "text", text));
        result.ContentType.ShouldBe("text/plain; charset=utf-8");
    }

    /// <summary>Case 10.</summary>
    [Theory]
    [InlineData(false, "output")]
    [InlineData(true, "output temp")]
    public async Task Previews_BesideASavedFile_AreResultsOnlyWhereTheyAreWanted(bool includeTemp, string sources)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var completed = await CompleteAsync(host, $"{Color},{Save("30", ""","_meta":{"title":"Final"}""")},{Preview("21")}", includeTemp);

        string.Join(' ', completed.Images.Select(i => i.Source)).ShouldBe(sources);
        var first = completed.Images[0];
        (first.Index, first.NodeId, first.NodeTitle, first.Filename, first.Subfolder, first.OutputKey).ShouldBe((1, "30", "Final", "r30_00001_.png", "main", "images"));
    }

    /// <summary>Case 10: with previews only, they are the result.</summary>
    [Fact]
    public async Task Previews_Alone_AreTheResult()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var completed = await CompleteAsync(host, $"{Color},{Preview("21")}");

        completed.Images.ShouldHaveSingleItem().Source.ShouldBe("temp");
    }

    /// <summary>Case 45: several outputs of several kinds, reported by the socket, only by the history, and from the cache.</summary>
    [Fact]
    public async Task ManyOutputs_HoweverTheyAreReported_AreTheSame()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await comfy.PostBytesAsync("simulator/files?name=3d/m.glb", [.. "glTF"u8, 2, 0, 0, 0, 12, 0, 0, 0]);
        await comfy.PostJsonAsync("simulator/outputs?node=40", JsonSerializer.Deserialize<JsonElement>("""{"result":["3d/m.glb",null],"text":["words"]}"""));
        var nodes = $"{Color},{Save("30")},{Preview("21")},{Save("40")}";

        var heard = Describe(await CompleteAsync(host, nodes));
        var cached = Describe(await CompleteAsync(host, nodes));
        var hold = await comfy.HoldAsync("ExecutionStart");
        var row = host.Ledger.AddUnseeded(Workflow(nodes), "comfy-0");
        await host.DispatchAsync(row);
        await comfy.HeldAsync(hold);
        await comfy.AdminAsync("sockets/drop");
        await comfy.ReleaseAsync(hold);
        var read = Describe((await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data);

        heard.ShouldBe("30 output images main/r30_00001_.png | 40 output result 3d/m.glb | 40  text / words");
        (cached, read).ShouldBe((heard, heard));
    }

    [Theory]
    [InlineData(503, 9)]
    [InlineData(429, 5)]
    [InlineData(502, 5)]
    public async Task File_ThatAProxyDoesNotHandOutForAWhile_IsFetchedThen(int status, int count)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await comfy.AnswerAsync(new { path = "/view", status, count, contentType = "text/html", body = "<html>busy</html>" });

        var completed = await CompleteAsync(host, $"{Color},{Save("30")}");

        (completed.Images.ShouldHaveSingleItem().Filename, completed.Warnings.Count).ShouldBe(("r30_00001_.png", 0));
        (await comfy.RendersAsync()).Count.ShouldBe(1);
    }

    /// <summary>Case 41: a video is listed among the images, of a node whose input is in a subgraph.</summary>
    [Fact]
    public async Task Video_ListedAmongTheImages_IsStoredWithItsNode()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        byte[] movie = [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 2, 0, 0, 0, 0, 8, .. "mdat"u8];
        await comfy.PostBytesAsync("simulator/files?name=video/r_00001_.mp4", movie);
        await comfy.PostJsonAsync(
            "simulator/outputs?node=61",
            JsonSerializer.Deserialize<JsonElement>("""{"images":[{"filename":"r_00001_.mp4","subfolder":"video","type":"output"}],"animated":[true]}"""));

        var completed = await CompleteAsync(
            host, """ "75:8":{"class_type":"LabColor","inputs":{"seed":1,"px":64,"batch":1}},"61":{"class_type":"SaveImage","inputs":{"images":["75:8",0],"filename_prefix":"x"}} """);

        var video = completed.Images.ShouldHaveSingleItem();
        (video.NodeId, video.Filename, video.Subfolder, video.Bytes).ShouldBe(("61", "r_00001_.mp4", "video", movie.Length));
    }

    /// <summary>Case 9: on adoption by another watcher, which finds it in the history.</summary>
    [Fact]
    public async Task Results_OfAnAdoptedPrompt_AreTheSame()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var workflow = Workflow($$$"""{{{Color}}},{{{Save("30")}}},"2":{"class_type":"LabText","inputs":{"text":"words","to_client_only":false}} """);
        var row = host.Ledger.AddUnseeded(workflow, "comfy-0");
        row.Attempt = 1;
        await comfy.PostPromptAsync(new
        {
            prompt = workflow,
            prompt_id = PromptIds.Of(row.Id, 1, 1, 0),
            client_id = "predecessor",
            extra_data = new { lockngen = new { generationId = row.Id, imageIndex = 1, attempt = 1, instance = "comfy-0" } },
        });

        await host.DispatchAsync(row);

        Describe((await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data).ShouldBe("30 output images main/r30_00001_.png | 2  text / words");
        (await comfy.RendersAsync()).Count.ShouldBe(1);
    }

    /// <summary>A format that is not cleaned is passed on, with a warning.</summary>
    [Fact]
    public async Task File_ThatMayKeepItsWorkflow_IsAResultWithAWarning()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await comfy.PostBytesAsync("simulator/files?name=scan.tiff", [.. "II*\0"u8, 8, 0, 0, 0, .. "the prompt"u8]);
        await comfy.PostJsonAsync("simulator/outputs?node=25", JsonSerializer.Deserialize<JsonElement>("""{"images":[{"filename":"scan.tiff","subfolder":"","type":"output"}]}"""));

        var completed = await CompleteAsync(host, $"{Color},{Save("25")},{Save("30")}");

        completed.Images.Select(i => i.Filename).ShouldBe(["scan.tiff", "r30_00001_.png"]);
        var warning = completed.Warnings.ShouldHaveSingleItem();
        (warning.Code, warning.NodeId).ShouldBe((GenerationWarningCodes.MetadataKept, "25"));
        warning.Message.ShouldBe("scan.tiff still contains its metadata, which may reveal the workflow.");
    }

    [Theory]
    [InlineData("a.mp3", "{\"error\":\"no\"}")]
    [InlineData("a.mov", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>")]
    [InlineData("a.tiff", "404: Not Found")]
    public async Task Message_InPlaceOfABinaryFile_IsNoResult(string name, string content)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await comfy.PostBytesAsync("simulator/files?name=" + name, System.Text.Encoding.UTF8.GetBytes(content));
        await comfy.PostJsonAsync("simulator/outputs?node=25", JsonSerializer.Deserialize<JsonElement>($$"""{"files":[{"filename":"{{name}}","type":"output"}]}"""));

        var completed = await CompleteAsync(host, $"{Color},{Save("25")},{Save("30")}");

        completed.Images.ShouldHaveSingleItem().NodeId.ShouldBe("30");
        completed.Warnings.ShouldHaveSingleItem().Message.ShouldBe($"{name} is not what its name says.");
    }

    [Theory]
    [InlineData(null, "gone.png was not served by ComfyUI (HTTP 404).")]
    [InlineData("", "gone.png is empty.")]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>", "gone.png is a web page instead of the file.")]
    [InlineData("{\"error\":\"no\"}", "gone.png is not what its name says.")]
    public async Task File_ThatCannotBeHad_IsAWarningBesideOthers_AndTheFailureAlone(string? content, string message)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        if (content is not null)
            await comfy.PostBytesAsync("simulator/files?name=gone.png", System.Text.Encoding.UTF8.GetBytes(content));
        await comfy.PostJsonAsync("simulator/outputs?node=25", JsonSerializer.Deserialize<JsonElement>("""{"images":[{"filename":"gone.png","subfolder":"","type":"output"}]}"""));

        var completed = await CompleteAsync(host, $"{Color},{Save("25")},{Save("30")}");
        var alone = host.Ledger.AddUnseeded(Workflow($"{Color},{Save("25")}"), "comfy-0");
        await host.DispatchAsync(alone);
        var failed = (await host.Events.WaitForAsync<GenerationFailed>(alone.Id)).Data;

        completed.Images.ShouldHaveSingleItem().NodeId.ShouldBe("30");
        var warning = completed.Warnings.ShouldHaveSingleItem();
        (warning.Code, warning.Message, warning.NodeId).ShouldBe((GenerationWarningCodes.ResultMissing, message, "25"));
        (failed.Error.Code, failed.Error.Message).ShouldBe((GenerationErrorCodes.StorageFailed, message));
    }

    [Fact]
    public async Task CachedFile_ThatIsGone_IsRenderedAgain()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        // The first run leaves a name in the cache, and no file.
        await comfy.PostJsonAsync("simulator/outputs?node=25", JsonSerializer.Deserialize<JsonElement>("""{"images":[{"filename":"gone.png","subfolder":"","type":"output"}]}"""));
        var first = host.Ledger.AddUnseeded(Workflow($"{Color},{Save("25")}"), "comfy-0");
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        await host.DispatchAsync(first);
        await host.Events.WaitForAsync<GenerationFailed>(first.Id);
        await comfy.PostJsonAsync("simulator/outputs?node=25", 0);

        var completed = await CompleteAsync(host, $"{Color},{Save("25")}");

        completed.Images.ShouldHaveSingleItem().Filename.ShouldBe("r25_00002_.png");
        completed.Warnings.ShouldBeEmpty();
        (await comfy.RendersAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Files_WrittenBeforeANodeFailed_AreKeptWithTheFailure()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.AddUnseeded(
            Workflow(
                $$$"""{{{Color}}},{{{Save("30")}}},"31":{"class_type":"LabSlow","inputs":{"image":["20",0],"seconds":0.3}},"32":{"class_type":"LabFail","inputs":{"image":["31",0],"message":"boom","after_steps":3}},"33":{"class_type":"SaveImage","inputs":{"images":["32",0],"filename_prefix":"never"}}"""),
            "comfy-0");

        await host.DispatchAsync(row);
        var failed = (await host.Events.WaitForAsync<GenerationFailed>(row.Id)).Data;

        failed.Error.Code.ShouldBe(GenerationErrorCodes.NodeError);
        failed.Images.ShouldHaveSingleItem().NodeId.ShouldBe("30");
    }

    [Fact]
    public async Task File_LargerThanTheApiTakes_IsReadOnceAtMost()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await comfy.PostBytesAsync("simulator/files?name=large.bin", new byte[3000]);
        await comfy.PostJsonAsync("simulator/outputs?node=25", JsonSerializer.Deserialize<JsonElement>("""{"files":[{"filename":"large.bin","type":"output"}]}"""));

        var completed = await CompleteAsync(host, $"{Color},{Save("25")},{Save("30")}", maxFileBytes: 2000);

        completed.Images.ShouldHaveSingleItem().NodeId.ShouldBe("30");
        completed.Warnings.ShouldHaveSingleItem().Message.ShouldBe("large.bin is larger than 2,000 bytes, the most that is taken.");
        host.Ledger.Store.Uploads.ShouldBe(1);
    }

    private static JsonElement Workflow(string nodes) => JsonSerializer.Deserialize<JsonElement>("{" + nodes + "}");

    private static async Task<GenerationCompletedData> CompleteAsync(WatcherHost host, string nodes, bool includeTemp = false, long? maxFileBytes = null)
    {
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.AddUnseeded(Workflow(nodes), "comfy-0", includeTemp, maxFileBytes);
        await host.DispatchAsync(row);
        return (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data;
    }

    private static string Describe(GenerationCompletedData completed) => string.Join(
        " | ", completed.Images.Select(i => $"{i.NodeId} {i.Source} {i.OutputKey} {i.Subfolder}/{i.Filename} {i.Text}".TrimEnd()));
}
