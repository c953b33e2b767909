using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Evidence for and against the one thread of a server that renders. ComfyUI may be silent for minutes while it is healthy (it hashes
/// files, loads models, unloads them), so silence alone proves nothing. Evidence is what a slow server does not show: its log reports that the
/// thread has ended; or an interrupt has no effect, or nothing is started although prompts wait, while nothing at all moves.
/// </summary>
internal sealed class WorkerSigns(TimeSpan quietAfter, TimeSpan deadAfter, TimeSpan stalledAfter, DateTimeOffset now)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _interrupted = [];
    private readonly TimeSpan _deadAfter = deadAfter < stalledAfter ? deadAfter : stalledAfter;
    private string? _running;
    private DateTimeOffset _movedAt = now;
    private DateTimeOffset _loggedAt = now;
    private ServerLog? _log;
    private int _refutedDeaths;

    /// <summary>When the log last grew by more than the lines of HTTP requests.</summary>
    public DateTimeOffset LoggedAt
    {
        get
        {
            lock (_gate)
                return _loggedAt;
        }
    }

    /// <summary>The server has restarted, or has been seen to work: earlier evidence no longer counts.</summary>
    public void Reset(DateTimeOffset at)
    {
        lock (_gate)
        {
            _interrupted.Clear();
            _movedAt = at;
            _refutedDeaths = _log?.WorkerDeaths ?? 0;
        }
    }

    /// <summary>The server has answered an interrupt of this prompt; only the first one counts.</summary>
    public void Interrupted(string promptId, DateTimeOffset at)
    {
        lock (_gate)
            _interrupted.TryAdd(promptId, at);
    }

    public bool IsInterrupted(string promptId)
    {
        lock (_gate)
            return _interrupted.ContainsKey(promptId);
    }

    /// <summary>Records the state of the queue, and when something was last reported about any prompt.</summary>
    public void Observe(QueueSnapshot queue, DateTimeOffset? lastWorkAt, DateTimeOffset at)
    {
        lock (_gate)
        {
            var running = queue.Running is [var first, ..] ? first.PromptId : null;
            if (running != _running || queue.Remaining == 0)
                _movedAt = at;
            if (lastWorkAt > _movedAt)
                _movedAt = lastWorkAt.Value;
            _running = running;
            foreach (var over in _interrupted.Keys.Where(id => queue.Running.All(r => r.PromptId != id)).ToList())
                _interrupted.Remove(over);
        }
    }

    /// <summary>Whether there is work and nothing has moved for so long that the log is worth reading.</summary>
    public bool IsQuiet(DateTimeOffset at)
    {
        lock (_gate)
            return at - _movedAt >= quietAfter;
    }

    /// <summary>Records what the server has printed.</summary>
    public void Read(ServerLog log, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_log is { } before && before.Tail != log.Tail)
                _loggedAt = at;
            _log = log;
            _refutedDeaths = Math.Min(_refutedDeaths, log.WorkerDeaths);
        }
    }

    /// <summary>Why the worker must be dead, or null.</summary>
    /// <param name="queue">The server's queue.</param>
    /// <param name="oursWait">Whether prompts of ours are waiting in it.</param>
    /// <param name="at">Now.</param>
    public WorkerDeath? Verdict(QueueSnapshot queue, bool oursWait, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (queue.Remaining == 0)
                return null;
            if (at - _movedAt >= quietAfter && _log?.WorkerDeaths > _refutedDeaths)
                return new WorkerDeath("its log shows that the thread that renders has ended with an exception", _running);
            foreach (var (promptId, since) in _interrupted)
            {
                if (IsOver(since, _deadAfter, at))
                    return new WorkerDeath($"it answered an interrupt of prompt {promptId} {Minutes(at - since)} ago, which still runs, and nothing moves", promptId);
            }

            if (_running is null)
            {
                return IsOver(_movedAt, _deadAfter, at)
                    ? new WorkerDeath($"{queue.Pending.Count} prompts wait, and for {Minutes(at - _movedAt)} none has been started and nothing has moved", PromptId: null)
                    : null;
            }

            return oursWait && IsOver(_movedAt, stalledAfter, at)
                ? new WorkerDeath($"prompt {_running} has not moved for {Minutes(at - _movedAt)} while others wait", _running)
                : null;
        }
    }

    // Output is a sign of life, but not forever: other threads print, too.
    private bool IsOver(DateTimeOffset since, TimeSpan patience, DateTimeOffset at)
    {
        var still = since > _movedAt ? since : _movedAt;
        return at - (_loggedAt > still ? _loggedAt : still) >= patience || at - still >= stalledAfter;
    }

    private static string Minutes(TimeSpan time) => time < TimeSpan.FromMinutes(2) ? $"{time.TotalSeconds:0} seconds" : $"{time.TotalMinutes:0} minutes";
}

/// <summary>Why a worker must be dead, and the prompt that it died on; null if it died between two.</summary>
internal sealed record WorkerDeath(string Reason, string? PromptId);
