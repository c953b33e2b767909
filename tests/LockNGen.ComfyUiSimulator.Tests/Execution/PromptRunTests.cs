using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests.Execution;

public sealed class PromptRunTests
{
    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    public async Task Run_TextToImage_SendsTheRecordedOrderOfEventsAndWritesHistory(string version)
    {
        await using var host = await SimulatorHost.StartAsync(("Version", version));
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");

        var id = await host.SubmitAsync(Workflows.TextToImage(steps: 2));
        await socket.WaitForEndAsync(id);

        string.Join(' ', socket.Frames.Select(f => f.Kind)).ShouldBe(
            "status status status execution_start execution_cached " +
            string.Concat(Enumerable.Repeat("progress_state executing progress_state ", 4)) +
            "progress_state executing progress_state progress binary:1 progress_state progress binary:1 progress_state " +
            "progress_state executing progress_state progress_state executing executed progress_state " +
            "execution_success status executing");
        socket.Frames.Where(f => f.Kind == "executing").Select(f => f.Data!["node"]?.ToString()).ShouldBe(["1", "4", "3", "2", "5", "6", "7", null]);

        var history = await host.HistoryAsync(id);
        history!["status"]!["status_str"]!.ToString().ShouldBe("success");
        history["outputs"]!["7"]!["images"]![0]!["filename"]!.ToString().ShouldBe("picture_00001_.png");
    }

    [Fact]
    public async Task Run_PreviewMetadataNegotiated_SendsPreviewBeforeProgress()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        await socket.SendAsync("""{"type":"feature_flags","data":{"supports_preview_metadata":true}}""");
        await socket.WaitAsync("feature_flags");

        var id = await host.SubmitAsync(Workflows.TextToImage(steps: 1));
        await socket.WaitForEndAsync(id);

        string.Join(' ', socket.Frames.Select(f => f.Kind)).ShouldContain("progress_state binary:4 progress progress_state");
    }

    [Fact]
    public async Task Run_ExpandingNode_ShowsEphemeralNodesUnderTheirParent()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");

        var id = await host.SubmitAsync(new JsonObject
        {
            ["60"] = Graphs.Node("LabExpand", ("seed", 1), ("steps", 2), ("sleep_ms", 0)),
            ["61"] = Graphs.Node("PreviewImage", ("images", Graphs.Link("60"))),
        });
        await socket.WaitForEndAsync(id);

        socket.Frames.Where(f => f.Kind == "executing").Select(f => $"{f.Data!["node"]}/{f.Data["display_node"]}")
            .ShouldBe(["60/60", "60.0.0.1/60", "60.0.0.2/60", "61/61", "/"]);
        var inner = await socket.WaitAsync(f => f.Kind == "progress_state" && f.Data!["nodes"]!.AsObject().ContainsKey("60.0.0.1"));
        inner.Data!["nodes"]!["60"]!["state"]!.ToString().ShouldBe("running");
        inner.Data["nodes"]!["60.0.0.1"]!["parent_node_id"]!.ToString().ShouldBe("60");
        (await host.HistoryAsync(id))!["status"]!["completed"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task Run_ParallelNodes_AreRunningAtOnceAndResumeWithoutSecondExecuting()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        var first = await host.HoldAsync("progress", classType: "LabParallel");
        var second = await host.HoldAsync("progress", classType: "LabParallel");

        var id = await host.SubmitAsync(new JsonObject
        {
            ["70"] = Parallel(seed: 1),
            ["71"] = Parallel(seed: 2),
            ["72"] = Graphs.Node("PreviewImage", ("images", Graphs.Link("70"))),
            ["73"] = Graphs.Node("PreviewImage", ("images", Graphs.Link("71"))),
        });
        await host.HeldAsync(first);
        await host.HeldAsync(second);
        var both = await socket.WaitAsync(f => f.Kind == "progress_state" && f.Data!["nodes"]!.AsObject().Count == 2);
        both.Data!["nodes"]!.AsObject().ShouldAllBe(n => n.Value!["state"]!.ToString() == "running");
        await host.ReleaseAsync(first);
        await host.ReleaseAsync(second);
        await socket.WaitForEndAsync(id);

        socket.Frames.Count(f => f.Kind == "executing" && f.Data!["node"]?.ToString() == "70").ShouldBe(1);
        (await host.HistoryAsync(id))!["outputs"]!.AsObject().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Run_PrefixOutsideTheFolder_FailsThatPromptOnly()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");


        var failing = await host.SubmitAsync(new JsonObject
        {
            ["1"] = Graphs.Node("LabColor", ("seed", 1), ("px", 8), ("batch", 1)),
            ["2"] = Graphs.Node("SaveImage", ("images", Graphs.Link("1")), ("filename_prefix", "../outside")),
        });
        (await socket.WaitAsync("execution_error", failing)).Data!["exception_type"]!.ToString().ShouldBe("Exception");

        var fine = await host.SubmitAsync(Workflows.Progress());
        await socket.WaitForEndAsync(fine);
        (await host.HistoryAsync(fine))!["status"]!["completed"]!.GetValue<bool>().ShouldBeTrue();
    }

    private static JsonObject Parallel(int seed) => Graphs.Node(
        "LabParallel", ("steps", 1), ("sleep_ms", 0), ("preview", "none"), ("preview_px", 32), ("max_px", 32), ("noise", false), ("seed", seed));
}
