namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>Who receives what; reconnecting; two sockets of one client.</summary>
public sealed class ClientRecordingTests : RecordingTests
{
    [Theory]
    [InlineData("A", "05-")]
    [InlineData("B", "05-")]
    [InlineData("A", "10-")]
    [InlineData("A", "11-")]
    [InlineData("B", "11-")]
    [InlineData("A", "13-")]
    [InlineData("B", "13-")]
    public Task Simulator_ClientRecording_AnswersAsTheRealServerDid(string version, params string[] scenarios) => ReplayAsync(version, scenarios);
}
