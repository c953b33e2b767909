using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

public sealed class DeafnessDetectorTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);
    private static readonly QueueSnapshot Runs = new([new QueueItem(0, "a", ClientId: null, Marker: null, [])], []);

    private readonly DeafnessDetector _detector = new(TimeSpan.FromSeconds(10));

    [Fact]
    public void Silence_IsFoundWithin2SecondsAndLessEagerlyEachTime()
    {
        Look(heardAt: 0, now: 0.5).ShouldBeFalse();
        Look(heardAt: 0, now: 1.1).ShouldBeTrue();

        // The renewed connection is greeted, and then nothing.
        Look(heardAt: 1.2, now: 2.5).ShouldBeFalse();
        Look(heardAt: 1.2, now: 3.3).ShouldBeTrue();
        Look(heardAt: 3.4, now: 7.3).ShouldBeFalse();
        Look(heardAt: 3.4, now: 7.5).ShouldBeTrue();
    }

    [Fact]
    public void Silence_OfASlowSampler_IsMeasuredByItsOwnPauses()
    {
        Look(heardAt: 0, now: 4, words: 9, pause: 5).ShouldBeFalse();
        Look(heardAt: 0, now: 5.9, words: 9, pause: 5).ShouldBeFalse();

        Look(heardAt: 0, now: 6, words: 9, pause: 5).ShouldBeTrue();
    }

    [Fact]
    public void Word_AfterARenewal_MakesItEagerAgain()
    {
        Look(heardAt: 0, now: 1.1, words: 1).ShouldBeTrue();
        Look(heardAt: 1.2, now: 3.3, words: 1).ShouldBeTrue();

        Look(heardAt: 4, now: 5.1, words: 2).ShouldBeTrue();
    }

    [Fact]
    public void Silence_NeverNeedsLongerThanTheSetting() =>
        Look(heardAt: 0, now: 10, pause: 60).ShouldBeTrue();

    [Fact]
    public void Silence_WhereImagesGoThroughTheSocket_IsASlowNodeForLonger()
    {
        Look(heardAt: 0, now: 9, expects: ExpectedFrames.Irreplaceable).ShouldBeFalse();

        Look(heardAt: 0, now: 10, expects: ExpectedFrames.Irreplaceable).ShouldBeTrue();
        Look(heardAt: 0, now: 1.1, brokenAt: -1, expects: ExpectedFrames.Irreplaceable).ShouldBeTrue();
    }

    [Fact]
    public void Silence_WhileNothingOfOursRuns_IsNone() =>
        Look(heardAt: 0, now: 1000, expects: ExpectedFrames.None).ShouldBeFalse();

    [Fact]
    public void Queue_ThatNoFrameHasAnnounced_IsFoundAtTheNextLookWhichComesSoon()
    {
        Look(heardAt: 0.5, now: 1, told: 0).ShouldBeFalse();
        _detector.IsDoubtful.ShouldBeTrue();

        Look(heardAt: 0.5, now: 1.3, told: 0).ShouldBeTrue();
    }

    [Fact]
    public void Queue_ThatAFrameAnnouncesInTheMeantime_IsNoSign()
    {
        Look(heardAt: 0.5, now: 1, told: 0).ShouldBeFalse();

        Look(heardAt: 1.1, now: 1.3, told: 1, frames: 2).ShouldBeFalse();
        _detector.IsDoubtful.ShouldBeFalse();
    }

    [Fact]
    public void Queue_OfAServerThatCountsInAnotherWay_IsASignLessAndLessOften()
    {
        Look(heardAt: 0, now: 0.1, told: 0, frames: 1).ShouldBeFalse();
        Look(heardAt: 0, now: 0.4, told: 0, frames: 1).ShouldBeTrue();

        Look(heardAt: 0.5, now: 0.7, told: 0, frames: 2).ShouldBeFalse();
        Look(heardAt: 1, now: 1.3, told: 0, frames: 2).ShouldBeFalse();
        _detector.IsDoubtful.ShouldBeFalse();
        Look(heardAt: 1, now: 1.5, told: 0, frames: 2).ShouldBeTrue();
        Look(heardAt: 3, now: 3.1, told: 0, frames: 3).ShouldBeFalse();
        Look(heardAt: 3, now: 3.4, told: 0, frames: 3).ShouldBeFalse();

        Look(heardAt: 3.5, now: 3.5, told: 1, frames: 4).ShouldBeFalse();
        Look(heardAt: 3.6, now: 3.6, told: 0, frames: 5).ShouldBeFalse();
        Look(heardAt: 3.6, now: 3.9, told: 0, frames: 5).ShouldBeTrue();
    }

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    private bool Look(
        double heardAt,
        double now,
        double? brokenAt = null,
        int told = 1,
        long frames = 1,
        long words = 0,
        double pause = 0,
        ExpectedFrames expects = ExpectedFrames.Replaceable) => _detector.IsDeaf(
            new ListenerState(Connected: true, At(heardAt), told, frames, brokenAt is { } at ? At(at) : null) { Words = words, Pause = TimeSpan.FromSeconds(pause) },
            Runs,
            expects,
            At(now));
}
