using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// What one server's answers, and their absence, say about it. Distinguishes a server that is away (nothing listens), frozen (accepts but
/// neither answers nor sends) and dead inside (HTTP and sockets are healthy, but its only worker thread is gone until someone restarts it).
/// </summary>
internal sealed class InstanceHealth(ComfyUiOptions options, DateTimeOffset now)
{
    /// <summary>The error for work on a server that is no longer watched.</summary>
    public static readonly GenerationError Gone = Error(GenerationErrorCodes.ComfyUiLost, "The ComfyUI server is no longer there.");

    private const string NotTried = "not tried yet";
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private DateTimeOffset _lastAnswer = now;
    private DateTimeOffset? _awaySince = now;
    private string? _diedOn;
    private bool _runs;

    public InstanceState State { get; private set; } = InstanceState.Down;

    public string? Reason { get; private set; } = NotTried;

    /// <summary>The code of the reason, if it has one: one of <see cref="InstanceReasonCodes"/>.</summary>
    public string? ReasonCode { get; private set; }

    /// <summary>Whether anything is known about it yet. Until then it must not be reported as down: what it renders would be given up.</summary>
    public bool IsKnown => Reason != NotTried;

    /// <summary>The time to wait that a proxy answering in its place has requested; zero if there is none.</summary>
    public TimeSpan Pause { get; private set; }

    public int QueueRemaining { get; private set; }

    /// <summary>Whether it runs a prompt, as of its last answer.</summary>
    public bool IsBusy => State == InstanceState.Up && _runs;

    /// <summary>Set once what the server was rendering has to be given up.</summary>
    public GenerationError? GivenUp { get; private set; }

    public void Answered(QueueSnapshot queue, DateTimeOffset now)
    {
        _lastAnswer = now;
        _awaySince = null;
        ReasonCode = null;
        Pause = TimeSpan.Zero;
        QueueRemaining = queue.Remaining;
        _runs = queue.Running.Count > 0;
        if (State == InstanceState.NeedsRestart)
        {
            // The prompt that it died on runs forever. If it died between two prompts, an empty queue proves nothing, but another running prompt does.
            if (_diedOn is { } id ? queue.Running.Any(r => r.PromptId == id) : queue.Running.Count == 0)
                return;
            Revived();
        }

        (State, Reason, GivenUp) = (InstanceState.Up, null, null);
    }

    /// <summary>A call failed. <paramref name="lastHeardAt"/> is when its socket last received something, if there is one.</summary>
    public void Failed(string reason, bool refused, DateTimeOffset? lastHeardAt, DateTimeOffset now)
    {
        Pause = TimeSpan.Zero;
        if (refused)
        {
            // Nothing listens, so the process that had a problem is gone.
            _awaySince ??= now;
            (State, Reason, ReasonCode) = (InstanceState.Down, reason, null);
            GivenUp = now - _awaySince >= options.LostAfter
                ? Error(GenerationErrorCodes.ComfyUiLost, "The ComfyUI server went away while it was rendering.")
                : null;
            return;
        }

        var lastSign = lastHeardAt > _lastAnswer ? lastHeardAt.Value : _lastAnswer;
        if (State == InstanceState.NeedsRestart || now - lastSign < options.SilentAfter)
            return;
        (State, ReasonCode, Reason) = (InstanceState.Unresponsive, null, $"neither answers nor sends since {lastSign:HH:mm:ss}: {reason}");
        GivenUp = Error(GenerationErrorCodes.ComfyUiUnresponsive, "The ComfyUI server stopped answering.");
    }

    /// <summary>The server is there but cannot be used. What it renders may still succeed, so it is given up only after a while.</summary>
    public void ShutOut(UnusableServerException refusal, DateTimeOffset now)
    {
        (State, Reason, ReasonCode) = (InstanceState.Down, refusal.Message, refusal.ReasonCode);
        Pause = refusal.RetryAfter is not { } asked || asked < TimeSpan.Zero ? TimeSpan.Zero : asked < LongestPause ? asked : LongestPause;
        GivenUp = now - _lastAnswer >= options.SilentAfter
            ? Error(GenerationErrorCodes.ComfyUiLost, $"The ComfyUI server could no longer be used: {refusal.Message}.")
            : null;
    }

    /// <summary>The server is healthy except for the one thread that renders.</summary>
    public void WorkerDied(WorkerDeath death)
    {
        _diedOn = death.PromptId;
        (State, Reason) = (InstanceState.NeedsRestart, $"its worker is dead or stuck: {death.Reason}; restart ComfyUI. It is used again as soon as it works.");
        GivenUp = Error(GenerationErrorCodes.ComfyUiUnresponsive, "The worker of the ComfyUI server died; the server has to be restarted.");
    }

    /// <summary>The error for one prompt on a server that was given up: it only waited there, or the worker died on it.</summary>
    public GenerationError? GivenUpFor(string promptId) => State == InstanceState.NeedsRestart && promptId == _diedOn
        ? Error(GenerationErrorCodes.WorkerDied, "The worker of the ComfyUI server died while it rendered this; the server has to be restarted.")
        : GivenUp;

    /// <summary>The server closed its connections, as it does when it restarts, or works after all.</summary>
    public void Revived()
    {
        if (State == InstanceState.NeedsRestart)
            (State, Reason, GivenUp) = (InstanceState.Down, "restarted", null);
    }

    private static GenerationError Error(string code, string message) => new() { Code = code, Message = message, Retryable = true };
}
