namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>The jobs API.</summary>
public sealed class JobsRecordingTests : RecordingTests
{
    [Theory]
    [InlineData("B", "23-")]
    public Task Simulator_JobsRecording_AnswersAsTheRealServerDid(string version, params string[] scenarios) => ReplayAsync(version, scenarios);
}
