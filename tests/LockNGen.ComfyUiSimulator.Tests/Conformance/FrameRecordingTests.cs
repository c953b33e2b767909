namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>Feature flags, binary kinds, big frames, Origin, CORS.</summary>
public sealed class FrameRecordingTests : RecordingTests
{
    [Theory]
    [InlineData("A", "12-")]
    [InlineData("B", "12-")]
    [InlineData("A", "18-")]
    [InlineData("B", "18-")]
    [InlineData("A", "18b-")]
    public Task Simulator_FrameRecording_AnswersAsTheRealServerDid(string version, params string[] scenarios) => ReplayAsync(version, scenarios);
}
