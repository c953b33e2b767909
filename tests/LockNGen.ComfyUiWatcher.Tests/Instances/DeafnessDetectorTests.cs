using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

public sealed class DeafnessDetectorTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);
    private static readonly QueueSnapshot Runs = new([new QueueItem(0, "a", ClientId: null, Marker: null, [])], []);

    private readonly DeafnessDetector _detector = new(TimeSpan.FromSeconds(10));

    [Fact]
    public void Silence_AfterABreak_IsFoundWithin2SecondsAndLessEagerlyEachTime()
    {
        Look(heardAt: 0, now: 0.5, brokenAt: -1).ShouldBeFalse();
        _detector.IsDoubtful.ShouldBeTrue();
        Look(heardAt: 0, now: 1.1, brokenAt: -1).ShouldBeTrue();

        Look(heardAt: 1.2, now: 2.5, brokenAt: -1).ShouldBeFalse();
        Look(heardAt: 1.2, now: 3.3, brokenAt: -1).ShouldBeTrue();
    }

    [Fact]
    public void Silence_WithoutABreak_IsASlowNodeForLonger()
    {
        Look(heardAt: 0, now: 9).ShouldBeFalse();
        _detector.IsDoubtful.ShouldBeFalse();

        Look(heardAt: 0, now: 10).ShouldBeTrue();
    }

    [Fact]
    public void Queue_ThatNoFrameHasAnnounced_IsFoundAtTheNextLookWhichComesSoon()
    {
        Look(heardAt: 0, now: 1, told: 0).ShouldBeFalse();
        _detector.IsDoubtful.ShouldBeTrue();

        Look(heardAt: 0, now: 1.3, told: 0).ShouldBeTrue();
    }

    [Fact]
    public void Queue_ThatAFrameAnnouncesInTheMeantime_IsNoSign()
    {
        Look(heardAt: 0, now: 1, told: 0).ShouldBeFalse();

        Look(heardAt: 1.1, now: 1.3, told: 1, frames: 2).ShouldBeFalse();
        _detector.IsDoubtful.ShouldBeFalse();
    }

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    private bool Look(double heardAt, double now, double? brokenAt = null, int told = 1, long frames = 1) => _detector.IsDeaf(
        new ListenerState(Connected: true, At(heardAt), told, frames, brokenAt is { } at ? At(at) : null), Runs, expectsEvents: true, At(now));
}
