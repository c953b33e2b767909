using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// What one server's answers, and their absence, say about it. Tells apart the server that is away (nobody listens), frozen (accepts but
/// neither answers nor sends) and dead inside (HTTP and sockets are healthy, but its only worker thread is gone until somebody restarts it).
/// </summary>
internal sealed class InstanceHealth(ComfyUiOptions options, DateTimeOffset now)
{
    /// <summary>Between two prompts the queue may look idle with work waiting; not for this long.</summary>
    private static readonly TimeSpan IdleWithWork = TimeSpan.FromSeconds(6);

    /// <summary>What is said of work on a server that is not watched any more.</summary>
    public static readonly GenerationError Gone = Error(GenerationErrorCodes.ComfyUiLost, "The ComfyUI server is not there any more.");

    private const string NotTried = "not tried yet";

    private DateTimeOffset _lastAnswer = now;
    private DateTimeOffset? _awaySince = now;
    private DateTimeOffset? _idleWithWorkSince;
    private string? _diedOn;
    private bool _runs;

    public InstanceState State { get; private set; } = InstanceState.Down;

    public string? Reason { get; private set; } = NotTried;

    /// <summary>Whether anything is known of it yet. Until then nobody is to be told that it is down: what it renders would be given up.</summary>
    public bool IsKnown => Reason != NotTried;

    public int QueueRemaining { get; private set; }

    /// <summary>Whether it runs a prompt, as far as it still answers.</summary>
    public bool IsBusy => State == InstanceState.Up && _runs;

    /// <summary>Set once what the server was rendering has to be given up.</summary>
    public GenerationError? GivenUp { get; private set; }

    public void Answered(QueueSnapshot queue, DateTimeOffset now)
    {
        _lastAnswer = now;
        _awaySince = null;
        QueueRemaining = queue.Remaining;
        _runs = queue.Running.Count > 0;
        _idleWithWorkSince = queue is { Running.Count: 0, Pending.Count: > 0 } ? _idleWithWorkSince ?? now : null;
        if (State == InstanceState.NeedsRestart)
        {
            // An empty queue proves nothing; another prompt than the one that it died on does.
            if (queue.Running is not [var running, ..] || running.PromptId == _diedOn)
                return;
            Revived();
        }

        if (_idleWithWorkSince is { } since && now - since >= IdleWithWork)
        {
            WorkerDied("prompts wait, but none has been started for seconds", promptId: null);
            return;
        }

        (State, Reason, GivenUp) = (InstanceState.Up, null, null);
    }

    /// <summary>A call failed. <paramref name="lastHeardAt"/> is when its socket last brought something, if there is one.</summary>
    public void Failed(string reason, bool refused, DateTimeOffset? lastHeardAt, DateTimeOffset now)
    {
        if (refused)
        {
            // Nobody listens, so whatever was wrong with the process is over.
            _awaySince ??= now;
            (State, Reason) = (InstanceState.Down, reason);
            GivenUp = now - _awaySince >= options.LostAfter
                ? Error(GenerationErrorCodes.ComfyUiLost, "The ComfyUI server went away while it was rendering.")
                : null;
            return;
        }

        var lastSign = lastHeardAt > _lastAnswer ? lastHeardAt.Value : _lastAnswer;
        if (State == InstanceState.NeedsRestart || now - lastSign < options.SilentAfter)
            return;
        (State, Reason) = (InstanceState.Unresponsive, $"neither answers nor sends since {lastSign:HH:mm:ss}: {reason}");
        GivenUp = Error(GenerationErrorCodes.ComfyUiUnresponsive, "The ComfyUI server stopped answering.");
    }

    /// <summary>The server is healthy but for the one thread that renders. The owner of its socket has more signs of this than the queue.</summary>
    public void WorkerDied(string reason, string? promptId)
    {
        _diedOn = promptId;
        (State, Reason) = (InstanceState.NeedsRestart, $"its worker is dead ({reason}); restart ComfyUI");
        GivenUp = Error(GenerationErrorCodes.ComfyUiUnresponsive, "The worker of the ComfyUI server died; the server has to be restarted.");
    }

    /// <summary>The server ended its connections, as it does when it restarts, or works after all.</summary>
    public void Revived()
    {
        if (State == InstanceState.NeedsRestart)
            (State, Reason, GivenUp, _idleWithWorkSince) = (InstanceState.Down, "restarted", null, null);
    }

    private static GenerationError Error(string code, string message) => new() { Code = code, Message = message, Retryable = true };
}
