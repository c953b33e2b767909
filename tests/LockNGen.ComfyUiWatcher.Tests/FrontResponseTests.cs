using System.Text;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>Answers to <c>POST /prompt</c> that are not ComfyUI's (case 20), and answers of unexpected size or depth.</summary>
public sealed class FrontResponseTests
{
    [Theory]
    [InlineData(200, "text/html", "<!doctype html><title>starting</title>")]
    [InlineData(200, "application/json", """{"error":"quota"}""")]
    [InlineData(400, "application/json", """{"detail":"blocked"}""")]
    [InlineData(400, "text/html", "bad request")]
    [InlineData(403, "text/html", "<html>forbidden</html>")]
    [InlineData(404, "text/html", "")]
    [InlineData(429, "text/plain", "slow down")]
    [InlineData(502, "text/html", "<html>bad gateway</html>")]
    [InlineData(530, "text/html", "origin down")]
    public async Task Submission_AnsweredBySomethingElse_GoesElsewhereAndTheInstanceIsHeldBack(int status, string contentType, string body)
    {
        await using var first = await SimulatedServer.StartAsync();
        await using var second = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([first.Url, second.Url]);
        await first.AnswerAsync(new { path = "/prompt", method = "POST", status, contentType, body });

        var row = await host.SubmitAsync(Workflows.TextToImage());
        var lost = await row.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        lost.Message.ShouldStartWith($"comfy-0 took no work: something in front of ComfyUI answers: POST /prompt was answered {status}");
        var report = await host.WaitForStateAsync("comfy-0", InstanceState.Down);
        report.ReasonCode.ShouldBe(InstanceReasonCodes.ProxyError);

        await host.WaitForStateAsync("comfy-1", InstanceState.Up);
        row.Instance = "comfy-1";
        await host.DispatchAsync(row);
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        // After a while it is tried again.
        await first.AnswerNoMoreAsync();
        var next = await host.SubmitAsync(Workflows.TextToImage(seed: 7));
        await host.Events.WaitForAsync<GenerationCompleted>(next.Id);
    }

    [Fact]
    public async Task Submission_ThatGotThroughAlthoughTheGatewayTimedOut_IsFollowed()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        await comfy.AdminAsync("lost-answers?count=1&path=/prompt");

        var row = await host.SubmitAsync(Workflows.TextToImage());
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        (await comfy.RendersAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("/prompt", "POST /prompt")]
    [InlineData("/upload/image", "POST /upload/image")]
    public async Task Submission_ThatIsTooLarge_FailsWithTheInstancesName(string path, string call)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        await comfy.AnswerAsync(new { path, status = 413, contentType = "text/plain", body = "Request Entity Too Large" });
        var row = host.Ledger.Add(Workflows.TextToImage(), "comfy-0");
        if (path != "/prompt")
            row.InputFiles = [new InputFile { Name = "upload-1.png", Url = $"{host.Ledger.Url}/inputs/upload-1.png" }];

        await host.DispatchAsync(row);
        var error = (await host.Events.WaitForAsync<GenerationFailed>(row.Id)).Data.Error;

        (error.Code, error.Retryable).ShouldBe((GenerationErrorCodes.TooLarge, false));
        error.Message.ShouldStartWith($"Too large for comfy-0: {call} was answered 413");
        host.Ledger.Reports["comfy-0"].State.ShouldBe(InstanceState.Up);
    }

    [Fact]
    public async Task Server_ThatNumbersPromptsItself_IsFollowedUnderItsNumbers()
    {
        await using var comfy = await SimulatedServer.StartAsync("B", 1, ("Simulator:OwnPromptIds", "true"));
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 200), images: 2);
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id);
        (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data.Images.Count.ShouldBe(2);

        (await comfy.RendersAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Queue_WithADeepPromptOfSomeoneElse_IsRead()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        var deep = new string('[', 3000) + new string(']', 3000);
        await comfy.AnswerAsync(new { path = "/api/jobs", status = 404, contentType = "text/plain", body = "404: Not Found" });
        await comfy.AnswerAsync(new
        {
            path = "/queue",
            contentType = "application/json",
            body = """{"queue_running":[[1,"x",{"1":{"class_type":"X","inputs":{"a":DEEP}}},{"client_id":"c","deep":DEEP},["1"]]],"queue_pending":[]}"""
                .Replace("DEEP", deep, StringComparison.Ordinal),
        });
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        (await host.WaitForStateAsync("comfy-0", InstanceState.Up)).QueueRemaining.ShouldBe(1);
    }

    [Fact]
    public async Task Queue_LargerThanTheLimits_IsNamed()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await comfy.AnswerAsync(new
        {
            path = "/queue", contentType = "application/json", body = "{\"queue_pending\":[],\"queue_running\":[", repeated = "[1,\"an-id\",{},{},[]],", times = 9000, end = "]}",
        });
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:MaxKeptBytes", "65536"));

        var report = await host.Ledger.WaitForReportAsync("comfy-0", r => r.ReasonCode is not null, TestContext.Current.CancellationToken);

        (report.State, report.ReasonCode).ShouldBe((InstanceState.Down, InstanceReasonCodes.AnswerTooLarge));
    }

    [Fact]
    public async Task Frames_TooLargeOrTooDeep_ArePassedOver()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:MaxFrameBytes", "1048576"), ("ComfyUi:SilentAfter", "00:01:00"));
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 1);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 100));
        var prompt = await comfy.HeldAsync(hold);
        await comfy.SendFrameAsync("text=false", new byte[5 << 20]);
        await host.LoggedAsync("it has 5242880 bytes, and MaxFrameBytes is 1048576");
        var deep = new string('[', 3000) + new string(']', 3000);
        await comfy.SendFrameAsync("text=true", Encoding.UTF8.GetBytes(
            $$$"""{"type":"executed","data":{"output":{"x":{{{deep}}},"images":[]},"node":"5","prompt_id":"{{{prompt}}}" }}"""));
        await comfy.ReleaseAsync(hold);

        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
        host.Log.ShouldNotContain("closed the socket");
        host.Log.ShouldNotContain("No socket to");
    }
}
