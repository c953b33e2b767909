using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests.Admin;

public sealed class AdminEndpointsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Freeze_OpenSocketAndHttp_SayNothingUntilUnfrozen()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");

        await host.AdminAsync("freeze");
        var request = host.Http.GetAsync(new Uri("/queue", UriKind.Relative));
        var connect = ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=late");
        await host.SendFrameAsync("{\"type\":\"later\",\"data\":{}}", "tester");
        request.IsCompleted.ShouldBeFalse();
        connect.IsCompleted.ShouldBeFalse();
        socket.Frames.Count.ShouldBe(1);

        await host.AdminAsync("unfreeze");
        (await request.WaitAsync(Patience)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await socket.WaitAsync("later");
        await (await connect.WaitAsync(Patience)).DisposeAsync();
    }

    [Fact]
    public async Task Freeze_PingingClient_GetsNoPong()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester", options =>
        {
            options.KeepAliveInterval = TimeSpan.FromMilliseconds(50);
            options.KeepAliveTimeout = TimeSpan.FromMilliseconds(500);
        });

        await host.AdminAsync("freeze");

        await socket.WaitForCloseAsync();
        socket.CloseStatus.ShouldBeNull();
        await host.AdminAsync("unfreeze");
    }

    [Fact]
    public async Task DropSockets_OneClient_CutsItWithoutCloseFrame()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var dropped = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=dropped");
        await using var other = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=other");

        await host.AdminAsync("sockets/drop?clientId=dropped");

        await dropped.WaitForCloseAsync();
        dropped.CloseStatus.ShouldBeNull();
        other.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task DeafenSocket_PromptOfThatClient_RunsUnheard()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var deaf = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        await using var control = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=control");
        await host.AdminAsync("sockets/deafen?clientId=tester");

        var id = await host.SubmitAsync(Workflows.Progress());
        await control.WaitAsync(f => f.Kind == "status" && f.Data!["status"]!["exec_info"]!["queue_remaining"]!.GetValue<int>() == 0, from: 1);

        (await host.HistoryAsync(id)).ShouldNotBeNull();
        deaf.Frames.Count.ShouldBe(1);
        deaf.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task Zombie_AcceptedPrompts_NeverRun()
    {
        await using var host = await SimulatorHost.StartAsync();
        var hold = await host.HoldAsync("progress", step: 1);
        var running = await host.SubmitAsync(Workflows.Progress());
        (await host.HeldAsync(hold)).ShouldBe(running);

        await host.AdminAsync("zombie");
        await host.ReleaseAsync(hold);
        var waiting = await host.SubmitAsync(Workflows.Progress(seed: 2));

        var queue = await host.Http.GetFromJsonAsync<JsonObject>("/queue");
        queue!["queue_running"]![0]![1]!.ToString().ShouldBe(running);
        queue["queue_pending"]![0]![1]!.ToString().ShouldBe(waiting);
        (await RendersAsync(host)).ShouldBe([(running, "lost")]);
    }

    [Fact]
    public async Task Restart_RunningPrompt_IsForgottenWithEverythingElse()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        var finished = await host.SubmitAsync(Workflows.TextToImage());
        await socket.WaitForEndAsync(finished);
        var hold = await host.HoldAsync("progress", step: 1);
        var running = await host.SubmitAsync(Workflows.Progress());
        await host.HeldAsync(hold);

        await host.AdminAsync("restart");

        await socket.WaitForCloseAsync();
        (await host.HistoryAsync(finished)).ShouldBeNull();
        (await host.Http.GetFromJsonAsync<JsonObject>("/queue"))!["queue_running"]!.AsArray().ShouldBeEmpty();
        await using var again = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        var next = await host.SubmitAsync(Workflows.TextToImage());
        await again.WaitForEndAsync(next);
        (await host.HistoryAsync(next))!["outputs"]!["7"]!["images"]![0]!["filename"]!.ToString().ShouldBe("picture_00002_.png", "counters go on from what is there");
        (await RendersAsync(host)).ShouldBe([(finished, "success"), (running, "lost"), (next, "success")]);
    }

    [Fact]
    public async Task HttpErrors_NextRequests_AnswerPlainTextAndThenRecover()
    {
        await using var host = await SimulatorHost.StartAsync();
        await host.AdminAsync("http-errors?count=1");

        using var failed = await host.Http.GetAsync(new Uri("/queue", UriKind.Relative));
        using var fine = await host.Http.GetAsync(new Uri("/queue", UriKind.Relative));

        failed.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        failed.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        fine.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task HoldBeforeHistory_ExecutionSuccessSeen_HistoryStillEmpty()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        var hold = await host.HoldAsync("executionSuccess");

        var id = await host.SubmitAsync(Workflows.Progress());
        await socket.WaitAsync("execution_success", id);
        (await host.HistoryAsync(id)).ShouldBeNull();

        await host.ReleaseAsync(hold);
        await socket.WaitForEndAsync(id);
        (await host.HistoryAsync(id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task FailNode_OnceOutOfMemory_FailsThatRunOnly()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        await host.AdminAsync("fail-node?classType=KSampler&outOfMemory=true");

        var failing = await host.SubmitAsync(Workflows.TextToImage());
        var error = await socket.WaitAsync("execution_error", failing);
        error.Data!["exception_type"]!.ToString().ShouldBe("torch.OutOfMemoryError");
        error.Data["node_type"]!.ToString().ShouldBe("KSampler");

        var fine = await host.SubmitAsync(Workflows.TextToImage());
        await socket.WaitAsync("execution_success", fine);
    }

    [Fact]
    public async Task Frames_Garbage_ArrivesAsSent()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");

        await host.SendFrameAsync("{\"type\":", "tester");

        (await socket.WaitAsync("garbage")).Bytes.Length.ShouldBe(8);
    }

    [Fact]
    public async Task Crash_InsideAnotherProcess_IsRefused()
    {
        await using var host = await SimulatorHost.StartAsync();

        using var answer = await host.Http.PostAsync(new Uri("/simulator/crash", UriKind.Relative), content: null);

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    private static async Task<(string, string)[]> RendersAsync(SimulatorHost host)
    {
        var renders = await host.Http.GetFromJsonAsync<JsonArray>("/simulator/renders");
        return [.. renders!.Select(r => (r!["promptId"]!.ToString(), r["outcome"]!.ToString()))];
    }
}
