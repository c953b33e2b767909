using LockNGen.ComfyDoors.V2;

namespace LockNGen.ComfyDoors.Tests.V2;

public sealed class JobEventIdTests
{
    [Fact]
    public void Id_SentBack_IsWhatWasSent() => JobEventId.Parse(new JobEventId(12, 3, "queued-4").ToString()).ShouldBe(new JobEventId(12, 3, "queued-4"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("7.1.")]
    [InlineData("7.-1.running")]
    [InlineData("7.99999999999.running")]
    [InlineData("7.1.running.more")]
    public void Id_ThatIsNoneOfOurs_KnowsNothing(string? text) => JobEventId.Parse(text).ShouldBe(new JobEventId(0, 0, ""));
}
