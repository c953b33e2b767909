using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>
/// Replays what was recorded from real servers of both versions and compares answers and frames. The derived classes
/// only divide the recordings, so that they run side by side.
/// Not replayed, because the traces hold no requests: 20 (rates), 21 (races) and 22 (idle) are summaries:
/// rates are tested in ProgressBarTests, the gap before the history in AdminEndpointsTests. 19 (slow consumer) depends on
/// full TCP buffers, see SocketHubTests. In 18 one client ends at a frame that is too big for it, which .NET's has no
/// limit for, so its frames are not compared. 16b and 24 are not among the traces; PromptRunTests and PictureRoutesTests
/// have their cases. Also left out: where exactly a status broadcast falls among other events.
/// </summary>
public abstract class RecordingTests
{
    protected static async Task ReplayAsync(string version, params string[] scenarios)
    {
        var clock = new PausableClock();
        await using var host = await SimulatorHost.StartAsync(clock, Settings(version, scenarios[0]));
        foreach (var scenario in scenarios)
        {
            await using var replay = new Replay(host, clock, Recording.Load(version, scenario));
            var differences = await replay.RunAsync(inOrder: scenario != "17-");
            string.Join("\n\n", differences).ShouldBeEmpty($"{version}/{scenario}");
        }
    }

    private static (string, string)[] Settings(string version, string scenario) =>
    [
        ("Version", version),
        ("PreviewSize", scenario == "18-" ? "512" : "96"),
        .. scenario == "18b-" ? new[] { ("CorsHeader", "http://app.example") } : [],
    ];
}
