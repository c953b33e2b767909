using LockNGen.Contracts;
using LockNGen.RealtimeGateway.History;
using Microsoft.Extensions.Time.Testing;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.History;

public sealed class WantedPartitionsTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly AudienceOfAll _everybody = new();
    private readonly Guid _id = Guid.NewGuid();
    private readonly GenerationLogs _logs;

    public WantedPartitionsTests() => _logs = TestLogs.Create(clock: _clock);

    private bool IsWanted => _logs.Wanted.IsWanted(ProgressPartitions.IndexOf(_id));

    [Fact]
    public void Wanted_ByNoOneForAMinute_IsReleased()
    {
        _logs.Wanted.Want(_id).ShouldBeTrue();
        _logs.Wanted.Want(_id).ShouldBeFalse();
        _clock.Advance(WantedPartitions.KeptFor - TimeSpan.FromSeconds(1));
        IsWanted.ShouldBeTrue();

        _clock.Advance(TimeSpan.FromSeconds(1));

        IsWanted.ShouldBeFalse();
        _logs.Wanted.Want(_id).ShouldBeTrue();
    }

    [Fact]
    public async Task News_ComeOnceForWhatIsNewlyWanted()
    {
        _logs.Wanted.Want(_id);
        _logs.Wanted.Want(_id);

        await _logs.Wanted.NewsAsync(TestContext.Current.CancellationToken);

        _logs.Wanted.HasNews.ShouldBeFalse();
    }

    [Fact]
    public void Generation_ThatSomeoneWatches_IsWantedUntilItEnds()
    {
        var log = Begin();
        log.WantsProgress(_everybody).ShouldBeFalse();
        IsWanted.ShouldBeFalse();

        log.Join(new Recorder(), after: null);

        IsWanted.ShouldBeTrue();
        log.WantsProgress(_everybody).ShouldBeTrue();
        log.Append(TestLogs.Message(Completed(_id, First(2))), owner: null, _everybody);
        log.WantsProgress(_everybody).ShouldBeFalse();
    }

    [Fact]
    public void Generation_WatchedWithoutProgress_IsNotWanted()
    {
        var log = Begin();

        log.Join(new Recorder(wantsProgress: false), after: null);

        IsWanted.ShouldBeFalse();
        log.WantsProgress(_everybody).ShouldBeFalse();
    }

    [Fact]
    public void Generation_OfSomeoneWhoWatchesAll_IsWantedFromItsFirstEventOn()
    {
        _everybody.Add(new Recorder());

        var log = Begin();

        IsWanted.ShouldBeTrue();
        log.WantsProgress(_everybody).ShouldBeTrue();
    }

    private GenerationLog Begin()
    {
        var log = _logs.GetOrAdd(_id);
        log.Append(TestLogs.Message(Queued(_id)), owner: null, _everybody);
        log.Append(TestLogs.Message(Started(_id)), owner: null, _everybody);
        return log;
    }
}
