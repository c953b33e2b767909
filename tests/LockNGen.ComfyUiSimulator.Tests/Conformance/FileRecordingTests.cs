namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>Uploads, img2img, /view.</summary>
public sealed class FileRecordingTests : RecordingTests
{
    [Theory]
    [InlineData("A", "17-")]
    public Task Simulator_FileRecording_AnswersAsTheRealServerDid(string version, params string[] scenarios) => ReplayAsync(version, scenarios);
}
