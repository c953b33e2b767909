using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

public sealed class InstanceHealthTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);
    private static readonly QueueSnapshot Waiting = new([], [Item("a")]);
    private static readonly QueueSnapshot Running = new([Item("a")], []);

    private readonly InstanceHealth _health = new(new ComfyUiOptions(), Start);

    [Fact]
    public void Refused_ForLongerThanPatience_GivesItsWorkUp()
    {
        _health.Answered(QueueSnapshot.Empty, At(0));
        _health.Failed("refused", refused: true, lastHeardAt: null, At(2));
        (_health.State, _health.GivenUp).ShouldBe((InstanceState.Down, null));

        _health.Failed("refused", refused: true, lastHeardAt: null, At(7));

        _health.GivenUp!.Code.ShouldBe(GenerationErrorCodes.ComfyUiLost);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(-3600, 0)]
    [InlineData(7, 7)]
    [InlineData(86400, 30)]
    public void ShutOut_ByOneThatSaysWhenToAskAgain_IsAskedThenButNotTooLate(int? retryAfter, int pause)
    {
        _health.ShutOut(
            new UnusableServerException(System.Net.HttpStatusCode.ServiceUnavailable, InstanceReasonCodes.ProxyError, "busy")
            {
                RetryAfter = retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            },
            At(0));
        _health.Pause.ShouldBe(TimeSpan.FromSeconds(pause));

        _health.Answered(QueueSnapshot.Empty, At(40));
        _health.Pause.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Silent_OnHttpAndSocket_IsUnresponsiveWithin15Seconds()
    {
        _health.Answered(QueueSnapshot.Empty, At(0));
        _health.Failed("timeout", refused: false, At(1), At(7));
        _health.State.ShouldBe(InstanceState.Up);

        _health.Failed("timeout", refused: false, At(1), At(14));

        (_health.State, _health.GivenUp!.Code).ShouldBe((InstanceState.Unresponsive, GenerationErrorCodes.ComfyUiUnresponsive));
    }

    [Fact]
    public void SlowHttp_WithALivelySocket_IsUp()
    {
        _health.Answered(QueueSnapshot.Empty, At(0));

        _health.Failed("timeout", refused: false, lastHeardAt: At(29), At(30));

        _health.State.ShouldBe(InstanceState.Up);
    }

    [Fact]
    public void NeedsRestart_BetweenTwoPrompts_StaysSoUntilItRestartsOrWorks()
    {
        _health.Answered(Waiting, At(0));
        _health.WorkerDied(new WorkerDeath("nothing moves", PromptId: null));
        _health.Answered(QueueSnapshot.Empty, At(1));
        _health.Answered(Waiting, At(2));
        _health.State.ShouldBe(InstanceState.NeedsRestart);

        _health.Answered(Running, At(3));

        _health.State.ShouldBe(InstanceState.Up);
    }

    [Fact]
    public void NeedsRestart_OnAPrompt_StaysSoUntilThatPromptIsGone()
    {
        _health.Answered(Running, At(0));
        _health.WorkerDied(new WorkerDeath("nothing moves", "a"));
        _health.Answered(Running, At(2));
        _health.State.ShouldBe(InstanceState.NeedsRestart);

        _health.Answered(QueueSnapshot.Empty, At(3));

        _health.State.ShouldBe(InstanceState.Up);
    }

    [Fact]
    public void NeedsRestart_BlamesOnlyThePromptThatItDiedOn()
    {
        _health.WorkerDied(new WorkerDeath("nothing moves", "a"));

        _health.GivenUpFor("a")!.Code.ShouldBe(GenerationErrorCodes.WorkerDied);
        _health.GivenUpFor("b")!.Code.ShouldBe(GenerationErrorCodes.ComfyUiUnresponsive);
    }

    [Fact]
    public void NeedsRestart_AfterTheServerEndedItsConnections_IsUpAgain()
    {
        _health.WorkerDied(new WorkerDeath("nothing moves", "a"));
        _health.Revived();

        _health.Answered(QueueSnapshot.Empty, At(1));

        (_health.State, _health.GivenUp).ShouldBe((InstanceState.Up, null));
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private static QueueItem Item(string id) => new(0, id, ClientId: null, Marker: null, []);
}
