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
        await using var socket = await SimulatorSocket.ConnectAsync(host, "tester");

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
}
