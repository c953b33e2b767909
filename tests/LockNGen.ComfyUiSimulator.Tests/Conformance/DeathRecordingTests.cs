namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>Dead workers and killed servers.</summary>
public sealed class DeathRecordingTests : RecordingTests
{
    [Theory]
    [InlineData("A", "14b-worker-death-equal")]
    [InlineData("A", "14b-worker-death-unlinked")]
    [InlineData("A", "15-")]
    [InlineData("B", "15-")]
    public Task Simulator_DeathRecording_AnswersAsTheRealServerDid(string version, params string[] scenarios) => ReplayAsync(version, scenarios);
}
