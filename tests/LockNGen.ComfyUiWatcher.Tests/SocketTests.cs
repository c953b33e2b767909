using System.Net.WebSockets;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;
using Microsoft.AspNetCore.Http;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>A watcher's sockets as the server sees them: one while it is watched, however generations end, and none afterwards.</summary>
public sealed class SocketTests
{
    [Fact]
    public async Task Generations_ThatEndInAnyWay_LeaveTheOneSocketOfTheInstance()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.Events.WaitForAsync<GenerationCompleted>((await host.SubmitAsync(Workflows.TextToImage())).Id);
        var before = await ClientIdsAsync(comfy);

        await host.Events.WaitForAsync<GenerationCompleted>((await host.SubmitAsync(Workflows.TextToImage(seed: 7), images: 2)).Id);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 2);
        var late = await host.SubmitAsync(Workflows.TextToImage(seed: 8, steps: 200));
        await comfy.HeldAsync(hold);
        await host.CancelAsync(late, new GenerationError { Code = "timeout", Message = "It took too long." });
        await comfy.ReleaseAsync(hold);
        (await host.Events.WaitForAsync<GenerationFailed>(late.Id)).Data.Error.Code.ShouldBe("timeout");

        before.Count.ShouldBe(1);
        (await ClientIdsAsync(comfy)).ShouldBe(before);
    }

    [Fact]
    public async Task Watcher_ThatStops_ClosesItsSockets_AlsoInMidRun()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 2);
        await host.SubmitAsync(Workflows.TextToImage(steps: 20));
        await comfy.HeldAsync(hold);
        (await ClientIdsAsync(comfy)).Count.ShouldBe(1);

        await host.DisposeAsync();

        // The server notices a moment later.
        while ((await ClientIdsAsync(comfy)).Count > 0)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }

    [Theory]
    [InlineData(1008, "it was closed at once (1008 log in)")]
    [InlineData(4401, "it was closed at once (4401 log in)")]
    [InlineData(null, "it was opened, and nothing came through it within 10 seconds")]
    public async Task Socket_ThatSomethingAcceptsAndLetsNothingThrough_IsNamed(int? closedAs, string reason)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var front = await Front.StartAsync(async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                await context.Response.WriteAsJsonAsync(new { queue_running = Array.Empty<int>(), queue_pending = Array.Empty<int>() }, stop);
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            if (closedAs is { } status)
                await socket.CloseAsync((WebSocketCloseStatus)status, "log in", stop);
            else
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await using var host = await WatcherHost.StartAsync([front.Url]);

        var report = await host.Ledger.WaitForReportAsync("comfy-0", r => r.ReasonCode == InstanceReasonCodes.NoWebSocket, stop);

        report.State.ShouldBe(InstanceState.Up);
        report.Reason!.ShouldContain(reason);
    }

    private static async Task<List<string>> ClientIdsAsync(SimulatedServer comfy) =>
        [.. (await comfy.GetAsync("simulator/sockets")).EnumerateArray().Select(s => s.GetProperty("clientId").GetString()!)];
}
