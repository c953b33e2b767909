using LockNGen.ComfyUiSimulator.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace LockNGen.ComfyUiSimulator.Tests.Execution;

public sealed class ProgressBarTests
{
    [Fact]
    public void Update_VersionA_PassesEverythingOn() =>
        Values(throttled: false, total: 2000, pause: TimeSpan.Zero).Count.ShouldBe(2000);

    [Fact]
    public void Update_VersionBWithoutPause_PassesFirstAndLastOn() =>
        Values(throttled: true, total: 2000, pause: TimeSpan.Zero).ShouldBe([1, 2000]);

    [Fact]
    public void Update_VersionBSlowSteps_PassesEachOn() =>
        Values(throttled: true, total: 5, pause: TimeSpan.FromMilliseconds(100)).ShouldBe([1, 2, 3, 4, 5]);

    [Fact]
    public void Update_VersionBManySlowSteps_WaitsForHalfAPercent() =>
        Values(throttled: true, total: 1000, pause: TimeSpan.FromMilliseconds(100)).Take(3).ShouldBe([1, 6, 11]);

    private static List<int> Values(bool throttled, int total, TimeSpan pause)
    {
        var clock = new FakeTimeProvider();
        var values = new List<int>();
        var bar = new ProgressBar(total, throttled, clock, (value, _, _) => values.Add(value));
        for (var i = 1; i <= total; i++)
        {
            bar.Update(i);
            clock.Advance(pause);
        }

        return values;
    }
}
