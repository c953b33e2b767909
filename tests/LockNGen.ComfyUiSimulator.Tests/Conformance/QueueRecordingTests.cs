namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>Order, deletion, own ids.</summary>
public sealed class QueueRecordingTests : RecordingTests
{
    [Theory]
    [InlineData("A", "04-")]
    [InlineData("A", "09-")]
    [InlineData("B", "09-")]
    [InlineData("A", "14-")]
    [InlineData("B", "14-")]
    public Task Simulator_QueueRecording_AnswersAsTheRealServerDid(string version, params string[] scenarios) => ReplayAsync(version, scenarios);
}
