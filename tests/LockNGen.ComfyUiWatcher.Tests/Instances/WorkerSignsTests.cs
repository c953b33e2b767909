using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

/// <summary>Slow is not dead (case 22), and dead is found by what slow servers do not show.</summary>
public sealed class WorkerSignsTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);
    private static readonly QueueSnapshot Runs = new([Item("a")], []);
    private static readonly QueueSnapshot Waits = new([], [Item("a")]);
    private static readonly ServerLog Quiet = new(WorkerDeaths: 0, Tail: 1);
    private static readonly ServerLog Death = new(WorkerDeaths: 1, Tail: 2);

    private readonly WorkerSigns _signs = new(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(30), Start);

    [Fact]
    public void Prompt_SilentForMinutesAfterItsStart_IsNoEvidence()
    {
        Look(Runs, 0).ShouldBeNull();
        _signs.Read(Quiet, At(10));

        Look(Runs, 40).ShouldBeNull();
        Look(Runs, 1700).ShouldBeNull();
    }

    [Fact]
    public void Work_WaitingFor15SecondsWithNoneRunning_IsNoEvidence()
    {
        Look(Waits, 0);

        Look(Waits, 15).ShouldBeNull();
    }

    [Fact]
    public void Work_WaitingForDeadAfterWhileNothingMoves_IsEvidence()
    {
        Look(Waits, 0);

        var death = Look(Waits, 121)!;

        (death.PromptId, death.Reason).ShouldBe((null, "1 prompts wait, and for 2 minutes none has been started and nothing has moved"));
    }

    [Fact]
    public void Log_ThatShowsTheWorkersEnd_IsEvidenceOnceNothingMoves()
    {
        Look(Runs, 0);
        _signs.Read(Death, At(5));

        Look(Runs, 9).ShouldBeNull();
        Look(Runs, 11)!.PromptId.ShouldBe("a");
    }

    [Fact]
    public void Log_ThatWasProvenWrong_IsNoEvidenceAgain()
    {
        Look(Runs, 0);
        _signs.Read(Death, At(5));
        _signs.Reset(At(20));

        _signs.Read(Death, At(40));
        Look(Runs, 60).ShouldBeNull();
    }

    [Fact]
    public void Interrupt_NotObeyedWhileNothingMoves_IsEvidence()
    {
        Look(Runs, 0);
        _signs.Interrupted("a", At(30));

        Look(Runs, 149).ShouldBeNull();
        Look(Runs, 151)!.Reason.ShouldStartWith("it answered an interrupt of prompt a");
    }

    [Fact]
    public void Interrupt_OfANodeThatPrints_IsGivenTimeButNotForEver()
    {
        Look(Runs, 0);
        _signs.Interrupted("a", At(0));
        _signs.Read(Quiet, At(10));
        for (var at = 60; at < 1700; at += 60)
        {
            _signs.Read(new ServerLog(0, Tail: at), At(at));
            Look(Runs, at).ShouldBeNull();
        }

        _signs.Read(new ServerLog(0, Tail: 1801), At(1801));
        Look(Runs, 1801).ShouldNotBeNull();
    }

    [Fact]
    public void Interrupt_ThatWasObeyed_IsForgotten()
    {
        Look(Runs, 0);
        _signs.Interrupted("a", At(1));
        Look(new QueueSnapshot([Item("b")], []), 60);

        Look(new QueueSnapshot([Item("b")], []), 300).ShouldBeNull();
    }

    [Fact]
    public void PromptOfAnother_ThatNeverMoves_IsEvidenceOnlyWhenOursWaitForLong()
    {
        var queue = new QueueSnapshot([Item("theirs")], [Item("ours")]);
        Look(queue, 0, oursWait: true);

        Look(queue, 1799, oursWait: true).ShouldBeNull();
        Look(queue, 1801, oursWait: false).ShouldBeNull();
        Look(queue, 1801, oursWait: true)!.PromptId.ShouldBe("theirs");
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private static QueueItem Item(string id) => new(0, id, ClientId: null, Marker: null, []);

    private WorkerDeath? Look(QueueSnapshot queue, int seconds, bool oursWait = false)
    {
        _signs.Observe(queue, lastWorkAt: null, At(seconds));
        return _signs.Verdict(queue, oursWait, At(seconds));
    }
}
