using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.Time.Testing;
using static LockNGen.RealtimeGateway.Tests.History.TestLogs;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.History;

public sealed class GenerationLogTests
{
    private readonly Guid _id = Guid.NewGuid();
    private readonly AudienceOfAll _everybody = new();
    private readonly Recorder _client = new();

    [Fact]
    public void Join_WithCursorInTheRing_ReplaysExactlyWhatIsNewer()
    {
        var log = Filled(Life(_id));

        log.Join(_client, First(2)).ShouldBe(JoinOutcome.Joined);

        _client.Sequences.ShouldBe([First(3), First(4), First(5), First(6)]);
    }

    [Fact]
    public void Join_CursorThatTheRingHasPassed_SaysGapThenSnapshot()
    {
        var log = Filled(Life(_id, steps: 20), ring: 4);

        log.Join(_client, First(2));

        _client.Texts.First().ShouldBe($$"""{"type":"subscription.gap","generationId":"{{_id}}","reason":"window_exceeded"}""");
        _client.Messages[1].Kind.ShouldBe(EventKind.Snapshot);
        _client.Messages[1].Sequence.ShouldBe(First(23));
    }

    [Fact]
    public void Join_WithoutProgress_TheRingHasLetGoOfProgress_GetsEveryStateEventAndNoGap()
    {
        var client = new Recorder(wantsProgress: false);
        var afterTheImage = Enumerable.Range(23, 5).Select(n => Progress(_id, First(n), state: First(22)));
        var log = Filled(Life(_id, steps: 20).SkipLast(1).Concat(afterTheImage), ring: 4);

        log.Join(client, 1);

        client.Messages.ShouldAllBe(m => m.Kind < EventKind.Snapshot);
        client.Messages.Where(m => m.Kind.IsState()).Select(m => m.Sequence).ShouldBe([First(1), First(22)]);
        client.Sequences.ShouldBe(client.Sequences.Order());
    }

    [Fact]
    public void Join_WithoutProgress_StateIsMissing_IsAGapAllTheSame()
    {
        var client = new Recorder(wantsProgress: false);
        var log = Filled([Queued(_id), Started(_id)]);
        Append(log, Progress(_id, First(9), state: First(8))).ShouldBe(AppendOutcome.Hole);
        log.Repair([], isComplete: true, _everybody).ShouldBeFalse();

        log.Join(client, First(1));

        client.Texts.First().ShouldContain("\"reason\":\"lost\"");
        client.Messages[1].Kind.ShouldBe(EventKind.Snapshot);
    }

    [Fact]
    public void Join_OldestCursorStillInTheRing_IsNoGap()
    {
        var log = Filled(Life(_id, steps: 20).Take(12), ring: 4);

        log.Join(_client, First(7));

        _client.Sequences.ShouldBe([First(8), First(9), First(10), First(11)]);
    }

    [Fact]
    public void Join_CursorFromAReplicaThatIsAhead_GetsNothingThatItHasSeen()
    {
        var log = Filled([Queued(_id), Started(_id)]);
        log.Join(_client, First(3)).ShouldBe(JoinOutcome.Joined);

        for (var n = 2; n <= 5; n++)
            Append(log, Progress(_id, First(n))).ShouldBe(AppendOutcome.Delivered);

        _client.Sequences.ShouldBe([First(4), First(5)]);
    }

    [Fact]
    public void Leave_BeforeThisReplicaHasCaughtUp_GetsNothingMore()
    {
        var log = Filled([Queued(_id), Started(_id)]);
        log.Join(_client, First(2));

        log.Leave(_client);
        Append(log, Progress(_id, First(2)));
        Append(log, Progress(_id, First(3)));

        _client.Messages.ShouldBeEmpty();
    }

    [Fact]
    public void Append_TheSameEventTwice_IsDeliveredOnce()
    {
        var log = Filled([Queued(_id)]);
        log.Join(_client, 0);

        Append(log, Started(_id)).ShouldBe(AppendOutcome.Delivered);
        Append(log, Started(_id)).ShouldBe(AppendOutcome.Duplicate);

        _client.Sequences.ShouldBe([1, First(1)]);
    }

    [Fact]
    public void Append_AfterTheTerminalEvent_IsIgnored()
    {
        var log = Filled(Life(_id));
        log.Join(_client, First(6));

        Append(log, Progress(_id, First(7))).ShouldBe(AppendOutcome.Duplicate);
        Append(log, Started(_id, GenerationSequence.Of(2, 1))).ShouldBe(AppendOutcome.Duplicate);

        _client.Messages.ShouldBeEmpty();
    }

    [Fact]
    public void Append_BehindAHole_IsHeldUntilTheHoleIsRepaired()
    {
        var log = Filled(Life(_id).Take(2));
        log.Join(_client, First(1));

        Append(log, Progress(_id, First(3), state: First(2))).ShouldBe(AppendOutcome.Hole);
        Append(log, Progress(_id, First(4), state: First(2))).ShouldBe(AppendOutcome.Held);
        _client.Messages.ShouldBeEmpty();
        log.Repair([Message(Image(_id, First(2)))], isComplete: true, _everybody).ShouldBeTrue();

        _client.Sequences.ShouldBe([First(2), First(3), First(4)]);
    }

    [Fact]
    public void Append_ProgressIsMissing_IsNoHole()
    {
        var log = Filled(Life(_id).Take(2));
        log.Join(_client, First(1));

        Append(log, Progress(_id, First(5))).ShouldBe(AppendOutcome.Delivered);
        Append(log, Completed(_id, First(9), state: First(1))).ShouldBe(AppendOutcome.Delivered);

        _client.Sequences.ShouldBe([First(5), First(9)]);
    }

    [Fact]
    public void Append_ProgressOfAPublisherThatDoesNotSayWhatCameBefore_IsCountedAndACompleteReadingClosesTheHole()
    {
        var log = Filled(Life(_id).Take(2));
        log.Join(_client, First(1));

        Append(log, Progress(_id, First(3)) with { StateSequence = null }).ShouldBe(AppendOutcome.Hole);
        log.Repair([], isComplete: true, _everybody).ShouldBeTrue();

        _client.Sequences.ShouldBe([First(3)]);
    }

    [Fact]
    public void Append_ProgressThatANewerAttemptHasOvertaken_IsNoLoss()
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        logs.WholeFromNow();
        clock.Advance(TimeSpan.FromSeconds(1));
        var log = logs.GetOrAdd(_id);
        Append(log, Queued(_id));
        Append(log, Started(_id));
        log.Join(_client, First(1));
        Append(log, Started(_id, GenerationSequence.Of(2, 1)));

        // After a break the stream is read first; it contains no progress, but the queue still does.
        Append(log, Progress(_id, First(2))).ShouldBe(AppendOutcome.Duplicate);

        _client.Sequences.ShouldBe([GenerationSequence.Of(2, 1)]);
    }

    [Fact]
    public void Join_TheRingBeginsWithProgress_ServesCursorsFromTheStateEventBeforeIt()
    {
        var log = Create().GetOrAdd(_id);
        Append(log, Progress(_id, First(57), state: First(21)));
        log.Seed(answer: null, _everybody);
        var outdated = new Recorder();

        log.Join(_client, First(21));
        log.Join(outdated, First(20));

        _client.Sequences.ShouldBe([First(57)]);
        outdated.Texts.First().ShouldContain("subscription.gap");
    }

    [Fact]
    public void Repair_NothingFound_SaysLostBeforeWhatComesAfterTheHoleAndServesCursorsFromThere()
    {
        var log = Filled(Life(_id).Take(2));
        log.Join(_client, First(1));
        Append(log, Progress(_id, First(3), step: 7, state: First(2)));
        Append(log, Completed(_id, First(4), state: First(2)));

        log.Repair([], isComplete: true, _everybody).ShouldBeFalse();

        _client.Texts.First().ShouldBe($$"""{"type":"subscription.gap","generationId":"{{_id}}","reason":"lost"}""");
        _client.Messages.Skip(1).Select(m => (m.Kind, m.Sequence)).ShouldBe([(EventKind.Snapshot, First(3)), (EventKind.Completed, First(4))]);
        var other = new Recorder();
        log.Join(other, First(2));
        other.Sequences.ShouldBe([First(3), First(4)]);
    }

    [Fact]
    public void Append_NextAttempt_CountsAsHoleThatACompleteReadingCloses()
    {
        var log = Filled(Life(_id).Take(3));
        log.Join(_client, First(2));

        Append(log, Started(_id, GenerationSequence.Of(2, 1))).ShouldBe(AppendOutcome.Hole);
        log.Repair([], isComplete: true, _everybody).ShouldBeTrue();

        _client.Sequences.ShouldBe([GenerationSequence.Of(2, 1)]);
    }

    [Fact]
    public void Append_NextAttemptWhileNothingIsMissing_IsDeliveredAtOnce()
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        logs.WholeFromNow();
        clock.Advance(TimeSpan.FromSeconds(1));
        var log = logs.GetOrAdd(_id);
        foreach (var message in Life(_id).Take(3))
            Append(log, message);
        log.Join(_client, First(3));

        Append(log, Queued(_id, GenerationSequence.Of(2, 1))).ShouldBe(AppendOutcome.Delivered);
        Append(log, Started(_id, GenerationSequence.Of(3, 1))).ShouldBe(AppendOutcome.Delivered);

        _client.Sequences.ShouldBe([GenerationSequence.Of(2, 1), GenerationSequence.Of(3, 1)]);
    }

    [Fact]
    public void Append_NextAttemptAfterAHoleElsewhere_IsAHoleToo()
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        logs.WholeFromNow();
        clock.Advance(TimeSpan.FromSeconds(1));
        var (log, other) = (logs.GetOrAdd(_id), logs.GetOrAdd(Guid.NewGuid()));
        Append(log, Started(_id));
        Append(other, Started(other.GenerationId));

        Append(other, Progress(other.GenerationId, First(3), state: First(2))).ShouldBe(AppendOutcome.Hole);

        Append(log, Started(_id, GenerationSequence.Of(2, 1))).ShouldBe(AppendOutcome.Hole);
    }

    [Fact]
    public void Append_WhatANewerAttemptHasOvertaken_IsMadeKnownAsLost()
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        logs.WholeFromNow();
        clock.Advance(TimeSpan.FromSeconds(1));
        var log = logs.GetOrAdd(_id);
        Append(log, Queued(_id));
        Append(log, Started(_id));
        log.Join(_client, First(1));
        Append(log, Started(_id, GenerationSequence.Of(3, 1)));

        Append(log, Queued(_id, GenerationSequence.Of(2, 1))).ShouldBe(AppendOutcome.Lost);
        Append(log, Queued(_id, GenerationSequence.Of(2, 1))).ShouldBe(AppendOutcome.Duplicate);

        _client.Texts.ShouldContain($$"""{"type":"subscription.gap","generationId":"{{_id}}","reason":"lost"}""");
        _client.Messages[^1].Kind.ShouldBe(EventKind.Snapshot);
    }

    [Fact]
    public void Append_FirstClaimAfterSeveralQueuedEvents_IsNoHole()
    {
        var log = Filled([Queued(_id), Queued(_id, 2), Queued(_id, 3)]);

        Append(log, Started(_id, state: 3)).ShouldBe(AppendOutcome.Delivered);
    }

    [Fact]
    public void Append_PositionInTheQueueAfterTheFirstClaim_IsNoLoss()
    {
        var log = Filled([Queued(_id), Started(_id)]);

        Append(log, Queued(_id, 2)).ShouldBe(AppendOutcome.Duplicate);
    }

    [Fact]
    public void Join_UnknownGeneration_WaitsForTheDatabase()
    {
        var log = Create().GetOrAdd(_id);

        log.Join(_client, after: 17).ShouldBe(JoinOutcome.AskForSnapshot);
        log.Join(new Recorder(), after: null).ShouldBe(JoinOutcome.Waiting);
        _client.Messages.ShouldBeEmpty();
        log.Seed(answer: null, _everybody);

        _client.Texts.First().ShouldBe($$"""{"type":"subscription.gap","generationId":"{{_id}}","reason":"unknown"}""");
        Status(_client.Messages[1]).ShouldBe(GenerationStatus.Unknown);
    }

    [Fact]
    public void Join_OnlyTheDatabaseKnows_SaysExpiredThenItsSnapshot()
    {
        var log = Create().GetOrAdd(_id);
        log.Join(_client, after: 17);

        log.Seed(new SnapshotAnswer { Snapshot = SnapshotOf(Life(_id)) }, _everybody);

        _client.Texts.First().ShouldContain("\"reason\":\"expired\"");
        Status(_client.Messages[1]).ShouldBe(GenerationStatus.Completed);
    }

    [Fact]
    public void Join_FromTheBeginningBeforeTheFirstEvent_MissesNothing()
    {
        var log = Create().GetOrAdd(_id);
        log.Join(_client, after: 0);
        log.Seed(new SnapshotAnswer { Snapshot = GenerationReducer.Empty(_id, DateTimeOffset.UnixEpoch) }, _everybody);

        Append(log, Queued(_id));

        _client.Sequences.ShouldBe([1]);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(null)]
    public void Join_InTheFirstMoment_IsNoGapAndGetsWhatIsOnItsWay(long? after)
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        clock.Advance(TimeSpan.FromMinutes(1));
        var log = logs.GetOrAdd(_id);
        log.Join(_client, after);
        var known = GenerationReducer.Reduce(GenerationReducer.Empty(_id, DateTimeOffset.UnixEpoch), Queued(_id));
        log.Seed(new SnapshotAnswer { Snapshot = known, AgeSeconds = 0.1 }, _everybody);

        Append(log, Queued(_id));
        Append(log, Started(_id));

        _client.Texts.ShouldNotContain(t => t.Contains("subscription.gap"));
        _client.Sequences.ShouldBe([1, First(1)]);
        (_client.Messages[0].Kind == EventKind.Snapshot).ShouldBe(after is null);
    }

    [Fact]
    public void Join_YoungerThanThisReplica_MayHaveMissedItsEvents()
    {
        var log = Create().GetOrAdd(_id);
        log.Join(_client, after: 0);

        log.Seed(new SnapshotAnswer { Snapshot = SnapshotOf(Life(_id)), AgeSeconds = 0.1 }, _everybody);

        _client.Texts.First().ShouldContain("\"reason\":\"expired\"");
    }

    [Fact]
    public void Join_YoungerThanTheBreak_MayHaveMissedItsEvents()
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        clock.Advance(TimeSpan.FromMinutes(1));
        logs.ResumeAfterBreak();
        var log = logs.GetOrAdd(_id);
        log.Join(_client, after: 0);

        log.Seed(new SnapshotAnswer { Snapshot = SnapshotOf([Queued(_id)]), AgeSeconds = 0.1 }, _everybody);

        _client.Texts.First().ShouldContain("\"reason\":\"expired\"");
    }

    [Fact]
    public void Append_TheFirstEventThatSomeoneWaitsForIsMissing_IsAHole()
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        clock.Advance(TimeSpan.FromMinutes(1));
        var log = logs.GetOrAdd(_id);
        log.Join(_client, after: 0);
        log.Seed(new SnapshotAnswer { Snapshot = SnapshotOf([Queued(_id)]), AgeSeconds = 0.1 }, _everybody);

        Append(log, Queued(_id, sequence: 2)).ShouldBe(AppendOutcome.Hole);
        log.Repair([], isComplete: true, _everybody).ShouldBeFalse();

        _client.Texts.First().ShouldContain("\"reason\":\"lost\"");
        _client.Messages.Skip(1).Select(m => (m.Kind, m.Sequence)).ShouldBe([(EventKind.Snapshot, 2)]);
    }

    [Fact]
    public void Append_FirstAttemptAfterABreakThatMayHaveSwallowedWhatCameBefore_IsAHole()
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        var log = logs.GetOrAdd(_id);
        logs.ResumeAfterBreak();
        clock.Advance(TimeSpan.FromSeconds(1));
        Append(log, Queued(_id));
        clock.Advance(TimeSpan.FromSeconds(1));

        Append(log, Started(_id, First(1))).ShouldBe(AppendOutcome.Hole);
        log.Repair([Message(Queued(_id, sequence: 2))], isComplete: true, _everybody).ShouldBeTrue();

        log.Join(_client, after: 0);
        _client.Sequences.ShouldBe([1, 2, First(1)]);
    }

    [Fact]
    public void Append_TheFirstAttemptNamesAnEventOfTheQueueThatIsMissing_IsAHole()
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        clock.Advance(TimeSpan.FromMinutes(1));
        var log = logs.GetOrAdd(_id);
        log.Join(_client, after: 0);
        log.Seed(new SnapshotAnswer { Snapshot = SnapshotOf([Queued(_id)]), AgeSeconds = 0.1 }, _everybody);

        Append(log, Started(_id)).ShouldBe(AppendOutcome.Hole);
        log.Repair([], isComplete: true, _everybody).ShouldBeFalse();

        _client.Texts.First().ShouldContain("\"reason\":\"lost\"");
    }

    [Fact]
    public void Append_WhatWasOvertakenComesByItself_EndsTheHole()
    {
        var log = Filled([Queued(_id)]);
        log.Join(_client, after: 1);

        Append(log, Started(_id, state: 3)).ShouldBe(AppendOutcome.Hole);
        Append(log, Progress(_id, First(2))).ShouldBe(AppendOutcome.Held);
        Append(log, Queued(_id, 3)).ShouldBe(AppendOutcome.Held);
        log.HasHole.ShouldBeTrue();
        Append(log, Queued(_id, 2)).ShouldBe(AppendOutcome.Delivered);

        log.HasHole.ShouldBeFalse();
        _client.Sequences.ShouldBe([2, 3, First(1), First(2)]);
    }

    [Fact]
    public void Append_FirstEventKnownAfterABreakNamesAnEarlierOne_IsAnnouncedToThoseWhoWatchAll()
    {
        var logs = Create();
        logs.ResumeAfterBreak();
        var all = new Recorder();
        _everybody.Add(all);

        Append(logs.GetOrAdd(_id), Started(_id));

        all.Texts.First().ShouldContain("\"reason\":\"lost\"");
        all.Messages[^1].Sequence.ShouldBe(First(1));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Join_TheBeginningMayHaveBeenMissed_SaysGapThenSnapshot(bool hasEnded, bool namesAnEarlierEvent)
    {
        var log = Create().GetOrAdd(_id);
        GenerationEvent first = hasEnded ? Cancelled(_id, First(1)) : namesAnEarlierEvent ? Started(_id) : Started(_id, First(1));
        Append(log, first);

        log.Join(_client, after: 0);
        log.Seed(new SnapshotAnswer { Snapshot = SnapshotOf([first]), AgeSeconds = 60 }, _everybody);

        _client.Texts.Any(t => t.Contains("\"reason\":\"expired\"", StringComparison.Ordinal)).ShouldBe(hasEnded || namesAnEarlierEvent);
        _client.Messages[^1].Sequence.ShouldBe(First(1));
    }

    /// <summary>A node of the broker that froze delivered the events of its queue seconds after others had theirs.</summary>
    [Fact]
    public void Seed_AheadOfWhatThoseWhoWatchAllHaveSeen_IsAnnouncedToThem()
    {
        var log = Create().GetOrAdd(_id);
        var all = new Recorder();
        _everybody.Add(all);
        Append(log, Queued(_id, sequence: 2));

        log.Join(_client, after: null);
        log.Seed(new SnapshotAnswer { Snapshot = SnapshotOf([Queued(_id, sequence: 3)]), AgeSeconds = 60 }, _everybody);
        Append(log, Queued(_id, sequence: 3));
        Append(log, Queued(_id, sequence: 4));

        all.Texts.ShouldContain(t => t.Contains("\"reason\":\"lost\"", StringComparison.Ordinal));
        all.Sequences.Where(s => s > 0).ShouldBe([2, 3, 4]);
        _client.Sequences.Where(s => s > 0).ShouldBe([3, 4]);
    }

    [Fact]
    public void Join_SomeoneElsesGeneration_LooksLikeAnUnknownOne()
    {
        var log = Create().GetOrAdd(_id);
        log.Append(Message(Queued(_id)), "alice", _everybody);
        var bob = new Recorder(new Caller { Owner = "bob", IsAuthenticated = true });

        log.Join(bob, after: null);
        log.Append(Message(Started(_id)), "alice", _everybody);

        Status(bob.Messages.ShouldHaveSingleItem()).ShouldBe(GenerationStatus.Unknown);
    }

    [Fact]
    public void Append_OwnerTurnsOutToBeSomeoneElse_DeliversNothingToThoseWhoWaited()
    {
        var log = Create().GetOrAdd(_id);
        var bob = new Recorder(new Caller { Owner = "bob", IsAuthenticated = true });
        log.Join(bob, after: 0);
        log.Seed(answer: null, _everybody);
        bob.Messages.Clear();

        log.Append(Message(Queued(_id)), "alice", _everybody);

        bob.Messages.ShouldBeEmpty();
    }

    [Fact]
    public void Snapshot_MoreEventsThanTheRingHolds_StillKnowsAllOfThem()
    {
        var life = Life(_id, steps: 50).ToList();
        var log = Filled(life, ring: 3);

        log.Join(_client, after: null);

        Encoding.UTF8.GetString(_client.Messages.Single().Json.Span).ShouldBe(Encoding.UTF8.GetString(ContractsJson.Serialize(SnapshotOf(life))));
    }

    [Fact]
    public void Sweep_LongAfterTheEnd_ForgetsTheGenerationAndItsPreview()
    {
        var clock = new FakeTimeProvider();
        var logs = Create(clock: clock);
        var log = logs.GetOrAdd(_id);
        log.Show(new NewestPreview(First(2), "image/png", [1, 2, 3]));
        foreach (var message in Life(_id))
            Append(log, message);

        clock.Advance(TimeSpan.FromMinutes(4));
        logs.Sweep();
        logs.TryGet(_id, out _).ShouldBeTrue();
        clock.Advance(TimeSpan.FromMinutes(2));
        logs.Sweep();

        logs.TryGet(_id, out _).ShouldBeFalse();
    }

    [Fact]
    public void Sweep_OverTheByteBudget_DropsEndedGenerationsFirstAndKeepsTheStateOfLivingOnes()
    {
        var logs = Create(new RingOptions { MaxBytes = 1 << 20 });
        var living = logs.GetOrAdd(_id);
        foreach (var message in Life(_id, steps: 3_000).Take(2_000))
            Append(living, message);
        var ended = logs.GetOrAdd(Guid.NewGuid());
        foreach (var message in Life(ended.GenerationId))
            Append(ended, message);
        for (var i = 0; i < 12; i++)
            logs.GetOrAdd(Guid.NewGuid()).Show(new NewestPreview(1, "image/png", new byte[100_000]));

        logs.Sweep();

        logs.TryGet(ended.GenerationId, out _).ShouldBeFalse();
        logs.TryGet(_id, out _).ShouldBeTrue();
        logs.All.Sum(l => l.Cost).ShouldBeLessThanOrEqualTo(1 << 20);
        living.Join(_client, after: null);
        _client.Messages.Single().Sequence.ShouldBe(living.LastSequence);
    }

    private static GenerationStatus Status(ServerMessage snapshot) => Parse(snapshot).Data.Status;

    private static GenerationSnapshot Parse(ServerMessage snapshot) =>
        JsonSerializer.Deserialize(snapshot.Json.Span, ContractsJson.Default.GenerationSnapshot)!;

    private GenerationSnapshot SnapshotOf(IEnumerable<GenerationEvent> events) =>
        events.Aggregate(GenerationReducer.Empty(_id, DateTimeOffset.UnixEpoch), GenerationReducer.Reduce);

    private GenerationLog Filled(IEnumerable<GenerationEvent> events, int ring = 256)
    {
        var log = Create(new RingOptions { Events = ring }).GetOrAdd(_id);
        foreach (var message in events)
            Append(log, message).ShouldBe(AppendOutcome.Delivered);
        return log;
    }

    private AppendOutcome Append(GenerationLog log, GenerationEvent message) => log.Append(Message(message), owner: null, _everybody);
}
