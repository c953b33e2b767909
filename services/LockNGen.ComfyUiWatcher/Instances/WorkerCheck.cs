using System.Collections.Concurrent;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Looks for a server whose worker has died on a prompt of ours. ComfyUI says what it serves from its cache right after it says that it
/// starts; if that does not come, the exception that prevented it has killed the worker. Later deaths look like a slow node, until an
/// interrupt has no effect.
/// </summary>
internal sealed partial class WorkerCheck(string instance, ComfyUiClient client, TimeSpan silentAfter, TimeSpan stalledAfter, ILogger logger)
{
    /// <summary>How long an interrupted prompt may go on.</summary>
    private static readonly TimeSpan InterruptPatience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _interrupted = new();

    /// <summary>Looks at a prompt that ComfyUI says is running; returns why its worker must be dead, or null.</summary>
    public async Task<string?> FindDeathAsync(PromptRun prompt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (prompt.StartedAt is { } started && now - started >= silentAfter)
            return "it started a prompt and went silent";
        if (_interrupted.TryGetValue(prompt.PromptId, out var interruptedAt))
            return now - interruptedAt >= InterruptPatience ? "an interrupt has no effect" : null;

        var lastSign = prompt.LastHeardAt > prompt.AcceptedAt ? prompt.LastHeardAt : prompt.AcceptedAt ?? now;
        if (now - lastSign >= stalledAfter)
        {
            LogStalled(instance, prompt.PromptId);
            prompt.Stalled = true;
            _interrupted[prompt.PromptId] = now;
            await client.InterruptAsync(prompt.PromptId, cancellationToken);
        }

        return null;
    }

    public void Forget(string promptId) => _interrupted.TryRemove(promptId, out _);

    [LoggerMessage(LogLevel.Warning, "{Instance} has not said a word about prompt {PromptId} for too long, interrupting it")]
    private partial void LogStalled(string instance, string promptId);
}
