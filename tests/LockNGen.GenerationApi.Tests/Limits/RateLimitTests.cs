using LockNGen.GenerationApi.Limits;

namespace LockNGen.GenerationApi.Tests.Limits;

public sealed class RateLimitTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);
    private static readonly RateLimit TenAMinute = new(10, TimeSpan.FromMinutes(1), "things a minute");

    [Fact]
    public void Answer_WithRoom_ReportsWhatIsLeftThen()
    {
        var answer = TenAMinute.Answer(3, [(At(0), 2), (At(20), 4)], At(30));

        (answer.IsAllowed, answer.Remaining, answer.ResetSeconds).ShouldBe((true, 1, 30));
    }

    [Fact]
    public void Answer_WithoutRoom_SaysWhenThereIsEnough()
    {
        var answer = TenAMinute.Answer(5, [(At(0), 2), (At(20), 4), (At(25), 3)], At(30));

        // The first two are not enough, when the next four have gone as well it is.
        (answer.IsAllowed, answer.Remaining, answer.ResetSeconds).ShouldBe((false, 1, 50));
    }

    [Fact]
    public void Answer_AfterTheWindow_HasForgotten() =>
        TenAMinute.Answer(10, [(At(0), 10)], At(60)).ShouldBe(new RateLimitResponse(TenAMinute, IsAllowed: true, Remaining: 0, Reset: TimeSpan.FromMinutes(1)));

    [Fact]
    public void Answer_InAFractionOfASecond_IsNotTooEarly() => TenAMinute.Answer(1, [(At(0), 10)], At(59.9)).ResetSeconds.ShouldBe(1);

    private static DateTimeOffset At(double seconds) => Start + TimeSpan.FromSeconds(seconds);
}
