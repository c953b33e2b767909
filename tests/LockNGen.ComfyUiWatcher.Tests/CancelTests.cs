using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

public sealed class CancelTests
{
    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    public async Task Cancel_WhileItRuns_StopsItAndNotTheNext(string version)
    {
        await using var comfy = await SimulatedServer.StartAsync(version, stepMilliseconds: 5);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 2);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 2000), images: 2);
        await comfy.HeldAsync(hold);
        var neighbour = await host.SubmitAsync(Workflows.TextToImage(seed: 7));
        await comfy.ReleaseAsync(hold);

        await host.CancelAsync(row);

        (await host.Events.WaitForAsync<GenerationCancelled>(row.Id)).Data.Reason.ShouldBe("user");
        await host.Events.WaitForAsync<GenerationCompleted>(neighbour.Id);
    }

    [Fact]
    public async Task Cancel_WhileItWaitsInComfyUi_RemovesItThere()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("ExecutionStart");
        var first = await host.SubmitAsync(Workflows.TextToImage());
        var running = await comfy.HeldAsync(hold);
        var second = await host.SubmitAsync(Workflows.TextToImage(seed: 7));
        await comfy.WaitForPendingAsync(1);

        await host.CancelAsync(second);

        await host.Events.WaitForAsync<GenerationCancelled>(second.Id);
        await comfy.ReleaseAsync(hold);
        await host.Events.WaitForAsync<GenerationCompleted>(first.Id);
        (await comfy.RendersAsync()).ShouldBe([running]);
    }

    [Fact]
    public async Task Cancel_TooLate_IsWonByTheFinishedPicture()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("ExecutionSuccess");
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);
        await host.CancelAsync(row);
        await comfy.ReleaseAsync(hold);

        (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data.Images.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Deadline_IsACancelThatEndsAsTheErrorItCarries()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 2000));
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id);
        var error = new GenerationError { Code = GenerationErrorCodes.Timeout, Message = "too long", Retryable = true };

        await host.CancelAsync(row, error);

        (await host.Events.WaitForAsync<GenerationFailed>(row.Id)).Data.Error.ShouldBe(error);
    }

    [Fact]
    public async Task Deletion_InComfyUiItself_IsACancellation()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var hold = await comfy.HoldAsync("ExecutionStart");
        await host.SubmitAsync(Workflows.TextToImage());
        await comfy.HeldAsync(hold);
        var waiting = await host.SubmitAsync(Workflows.TextToImage(seed: 7));
        await comfy.WaitForPendingAsync(1);

        await comfy.PostJsonAsync("queue", new { clear = true });

        (await host.Events.WaitForAsync<GenerationCancelled>(waiting.Id)).Data.Reason.ShouldBe("comfyui");
        await comfy.ReleaseAsync(hold);
    }

    [Fact]
    public async Task Interrupt_InComfyUiItself_IsACancellation()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 2000));
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id, p => p.Data.CurrentNode == "KSampler");

        await comfy.PostJsonAsync("interrupt", new { });

        (await host.Events.WaitForAsync<GenerationCancelled>(row.Id)).Data.Reason.ShouldBe("comfyui");
    }
}
