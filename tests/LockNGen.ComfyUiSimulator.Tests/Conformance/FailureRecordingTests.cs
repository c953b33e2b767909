namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>Node errors, refusals, interrupts.</summary>
public sealed class FailureRecordingTests : RecordingTests
{
    [Theory]
    [InlineData("A", "06-")]
    [InlineData("B", "06-")]
    [InlineData("A", "07-")]
    [InlineData("B", "07-")]
    [InlineData("A", "08-")]
    public Task Simulator_FailureRecording_AnswersAsTheRealServerDid(string version, params string[] scenarios) => ReplayAsync(version, scenarios);
}
