using LockNGen.ComfyUiSimulator.Tests.Conformance;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>
/// Recordings of real servers of both versions, played against a door with a simulated ComfyUI of that version behind it: one picture, from the
/// cache, a batch, refusals, pictures through the socket, two samplers, nodes that fail, deletions, jobs. Interrupts and uploads are tested in tests/doors.
/// </summary>
public sealed class DoorConformanceTests(RabbitMqBroker broker)
{
    [Theory]
    [InlineData("A", "01-", "02-", "03-", "12b-", "16-", "09-")]
    [InlineData("B", "01-", "02-", "03-", "06-", "07-", "12b-", "09-")]
    [InlineData("B", "23-")]
    public async Task Recording_PlayedAgainstADoor_ShowsAProgramWhatTheRealServerDid(string version, params string[] scenarios)
    {
        await using var deployment = await Deployment.StartAsync(
            broker, stepMilliseconds: 5, simulatorSettings: new Dictionary<string, string> { ["Simulator__Version"] = version, ["Simulator__PreviewSize"] = "96" });
        var door = deployment.StartDoor();
        await door.ReadyAsync();
        var differences = new List<string>();
        foreach (var scenario in scenarios)
        {
            // The second and the third come from the cache of the first.
            if (scenario is not ("02-" or "03-"))
                using (await deployment.Simulator.Http.PostAsync("free", new StringContent("""{"free_memory": true}"""), TestContext.Current.CancellationToken)) { }
            // Each was recorded at a server that had just started.
            using (await door.Http.PostAsync("history", new StringContent("""{"clear": true}"""), TestContext.Current.CancellationToken)) { }
            var recording = Recording.Load(version, scenario);
            await using var replay = new DoorReplay(door.Http, deployment.Simulator.Http, recording, isSlow: scenario is "01-" or "12b-" or "16-");
            differences.AddRange((await replay.RunAsync()).Select(d => $"{recording.Name}: {d}"));
        }

        string.Join("\n\n", differences).ShouldBeEmpty();
    }
}
