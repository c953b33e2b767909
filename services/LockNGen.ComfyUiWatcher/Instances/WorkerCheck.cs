using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Options;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>Collects the <see cref="WorkerSigns"/> of one server, and interrupts a node that has been silent for too long.</summary>
internal sealed partial class WorkerCheck(string instance, ComfyUiClient client, ComfyUiOptions options, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan LogSpacing = TimeSpan.FromSeconds(5);

    private readonly WorkerSigns _signs = new(options.SilentAfter, options.DeadAfter, options.StalledAfter, clock.GetUtcNow());
    private DateTimeOffset _logReadAt;
    private bool _hasNoLog;

    /// <inheritdoc cref="WorkerSigns.Reset"/>
    public void Reset()
    {
        _signs.Reset(clock.GetUtcNow());
        _hasNoLog = false;
    }

    /// <inheritdoc cref="WorkerSigns.Interrupted"/>
    public void Interrupted(string promptId) => _signs.Interrupted(promptId, clock.GetUtcNow());

    /// <summary>Checks running and waiting prompts; returns why the worker must be dead, or null.</summary>
    public async Task<WorkerDeath?> LookAsync(QueueSnapshot queue, InstanceSockets sockets, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        _signs.Observe(queue, sockets.LastWorkAt, now);
        if (_signs.IsQuiet(now))
            await ReadLogAsync(now, cancellationToken);
        var ours = sockets.Prompts.ToList();
        foreach (var prompt in ours.Where(p => !p.Waiting && queue.Running.Any(r => r.PromptId == p.PromptId)))
            await InterruptIfStalledAsync(prompt, now, cancellationToken);
        return _signs.Verdict(queue, ours.Exists(p => p.Waiting), now);
    }

    private async Task InterruptIfStalledAsync(TrackedPrompt prompt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lastSign = new[] { prompt.LastHeardAt, prompt.RunningSince ?? now, _signs.LoggedAt }.Max();
        if (now - lastSign < options.StalledAfter || _signs.IsInterrupted(prompt.PromptId))
            return;
        LogStalled(instance, prompt.PromptId);
        prompt.Stalled = true;
        await client.InterruptAsync(prompt.PromptId, cancellationToken);
        _signs.Interrupted(prompt.PromptId, now);
    }

    private async Task ReadLogAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_hasNoLog || now - _logReadAt < LogSpacing)
            return;
        _logReadAt = now;
        try
        {
            _signs.Read(await client.GetLogAsync(cancellationToken), now);
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            // Not every server offers it, and a proxy may block it.
            _hasNoLog = e is ComfyUiException;
            LogNoLog(instance, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Instance} has not reported on prompt {PromptId} for too long, interrupting it")]
    private partial void LogStalled(string instance, string promptId);

    [LoggerMessage(LogLevel.Debug, "The log of {Instance} cannot be read: {Reason}")]
    private partial void LogNoLog(string instance, string reason);
}
