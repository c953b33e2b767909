using System.Text.Json;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>A node that runs for too long without any output.</summary>
public sealed class StalledTests
{
    // Longer than it may be silent, although each renewal of the silent socket reports that the node is still running.
    private static readonly (string, string)[] Impatient = [("ComfyUi:SilentAfter", "00:00:00.500"), ("ComfyUi:StalledAfter", "00:00:05")];

    [Fact]
    public async Task Node_SilentForTooLong_IsInterruptedAndFailsTheGeneration()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], Impatient);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var hold = await comfy.HoldAsync("Executing", "LabSlow");
        var row = host.Ledger.AddUnseeded(Workflow(), "comfy-0");
        await host.DispatchAsync(row);
        var prompt = await comfy.HeldAsync(hold);
        await host.LoggedAsync("too long, interrupting it");
        await comfy.ReleaseAsync(hold);

        var error = (await host.Events.WaitForAsync<GenerationFailed>(row.Id)).Data.Error;

        (error.Code, error.Retryable).ShouldBe((GenerationErrorCodes.ComfyUiUnresponsive, true));
        (await comfy.GetAsync("history/" + prompt)).GetRawText().ShouldContain("execution_interrupted");
    }

    private static JsonElement Workflow() => JsonSerializer.Deserialize<JsonElement>("""
        {"1":{"class_type":"LabColor","inputs":{"seed":1,"px":64,"batch":1}},
         "2":{"class_type":"LabSlow","inputs":{"image":["1",0],"seconds":0.1}},
         "4":{"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"x"}}}
        """);
}
