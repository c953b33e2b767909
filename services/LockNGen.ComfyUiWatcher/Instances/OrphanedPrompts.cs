using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Prompts that carry our marker for this instance but belong to no generation held here: left by a watcher that died, given up, or ended
/// in the meantime. The watcher that gets the generation from the API adopts them first; those not adopted after a while are stopped.
/// </summary>
internal sealed partial class OrphanedPrompts(
    string instance, ComfyUiClient client, InstanceSockets sockets, WorkerCheck workerCheck, InstanceServices services)
{
    private readonly ILogger _logger = services.Logger;
    private readonly Dictionary<string, DateTimeOffset> _seenAt = [];

    /// <summary>Stops prompts that no one has adopted.</summary>
    /// <param name="queue">The server's queue.</param>
    /// <param name="workerIsDead">If so, waiting prompts stay where they are: starting one of them is how the server shows that it is alive.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    public async Task SweepAsync(QueueSnapshot queue, bool workerIsDead, CancellationToken cancellationToken)
    {
        var orphans = queue.Running.Concat(queue.Pending)
            .Where(i => i.Marker?.Instance == instance && !sockets.Follows(i.PromptId))
            .ToList();
        foreach (var gone in _seenAt.Keys.Except(orphans.Select(o => o.PromptId)).ToList())
            _seenAt.Remove(gone);

        var (now, patience) = (services.Clock.GetUtcNow(), services.Options.OrphanedAfter);
        foreach (var orphan in orphans)
        {
            var running = queue.Running.Contains(orphan);
            if (_seenAt.TryAdd(orphan.PromptId, now) || now - _seenAt[orphan.PromptId] < patience || (workerIsDead && !running)
                || !await IsOursAsync(orphan.Marker!, cancellationToken))
            {
                continue;
            }

            LogStopping(orphan.PromptId, orphan.Marker!.GenerationId, instance);
            await client.StopAsync(orphan.PromptId, running, cancellationToken);
            if (running)
                workerCheck.Interrupted(orphan.PromptId);
        }
    }

    private async Task<bool> IsOursAsync(PromptMarker marker, CancellationToken cancellationToken)
    {
        try
        {
            return await services.Installation.OwnsAsync(marker, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnknown(marker.GenerationId, instance, e.Message);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "The owner of generation {GenerationId} on {Instance} is not known yet: {Reason}")]
    private partial void LogUnknown(Guid generationId, string instance, string reason);

    [LoggerMessage(LogLevel.Warning, "No one claims prompt {PromptId} of generation {GenerationId} on {Instance}, stopping it")]
    private partial void LogStopping(string promptId, Guid generationId, string instance);
}
