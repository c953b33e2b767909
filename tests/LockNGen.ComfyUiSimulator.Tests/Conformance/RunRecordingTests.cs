namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>Success, caching, batches, two samplers, pictures on the socket.</summary>
public sealed class RunRecordingTests : RecordingTests
{
    [Theory]
    [InlineData("A", "01-", "02-", "03-")]
    [InlineData("B", "01-", "02-", "03-")]
    [InlineData("A", "12b-")]
    [InlineData("B", "12b-")]
    [InlineData("A", "16-")]
    public Task Simulator_RunRecording_AnswersAsTheRealServerDid(string version, params string[] scenarios) => ReplayAsync(version, scenarios);
}
