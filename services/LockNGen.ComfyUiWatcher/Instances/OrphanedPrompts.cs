using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Prompts that carry our marker for this instance but belong to no generation held here: left by a watcher that died, given up, or ended
/// meanwhile. Whoever the API gives the generation to adopts them first; what nobody has adopted after a while is stopped.
/// </summary>
internal sealed partial class OrphanedPrompts(
    string instance, ComfyUiClient client, InstanceSockets sockets, WorkerCheck workerCheck, InstanceServices services)
{
    private readonly ILogger _logger = services.Logger;
    private readonly Dictionary<string, DateTimeOffset> _seenAt = [];

    /// <summary>Stops what nobody has adopted.</summary>
    /// <param name="queue">What the server has.</param>
    /// <param name="workerIsDead">Then waiting ones stay where they are: that one of them is started is how the server shows that it lives.</param>
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

    [LoggerMessage(LogLevel.Information, "Whose generation {GenerationId} on {Instance} is is not known yet: {Reason}")]
    private partial void LogUnknown(Guid generationId, string instance, string reason);

    [LoggerMessage(LogLevel.Warning, "Nobody claims prompt {PromptId} of generation {GenerationId} on {Instance}, stopping it")]
    private partial void LogStopping(string promptId, Guid generationId, string instance);
}
