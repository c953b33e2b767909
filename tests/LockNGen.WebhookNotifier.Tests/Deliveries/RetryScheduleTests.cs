using LockNGen.WebhookNotifier.Deliveries;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Tests.Deliveries;

public sealed class RetryScheduleTests
{
    private readonly WebhookOptions _options = new();
    private readonly RetrySchedule _schedule;

    public RetryScheduleTests() => _schedule = new RetrySchedule(Options.Create(_options));

    [Fact]
    public void Delay_AfterTheFirstFailure_LeavesRoomForThePollWithinFiveSeconds()
    {
        for (var i = 0; i < 200; i++)
            (_schedule.DelayAfter(1) + _options.PollInterval).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(1, 2, 4)]
    [InlineData(2, 4, 8)]
    [InlineData(5, 32, 64)]
    [InlineData(11, 1800, 3600)]
    [InlineData(1000, 1800, 3600)]
    public void Delay_AfterMoreFailures_DoublesUpToAnHourWithJitter(int failures, int least, int most)
    {
        var delays = Enumerable.Range(0, 100).Select(_ => _schedule.DelayAfter(failures).TotalSeconds).ToList();

        delays.ShouldAllBe(d => d >= least && d <= most);
        delays.Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Delay_ReceiverAsksForLonger_IsWhatItAsksForUpToTheLongest()
    {
        _schedule.DelayAfter(1, TimeSpan.FromSeconds(100)).ShouldBe(TimeSpan.FromSeconds(100));
        _schedule.DelayAfter(1, TimeSpan.FromSeconds(-5)).ShouldBeInRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
        _schedule.DelayAfter(1, TimeSpan.FromDays(400)).ShouldBe(_options.MaxRetryDelay);
    }

    [Theory]
    [InlineData(5, 7.5, 15)]
    [InlineData(6, 15, 30)]
    [InlineData(100, 150, 300)]
    public void Break_FromTheThresholdOn_DoublesUpToFiveMinutes(int failures, double least, double most) =>
        _schedule.BreakAfter(failures)!.Value.TotalSeconds.ShouldBeInRange(least, most);

    [Fact]
    public void Break_BelowTheThreshold_IsNone() => _schedule.BreakAfter(4).ShouldBeNull();
}
