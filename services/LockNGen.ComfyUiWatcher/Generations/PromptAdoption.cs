using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Translation;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>Looks on the server for a prompt that an earlier submission or attempt has left there.</summary>
internal sealed class PromptAdoption(AttemptContext attempt, Installation installation, RetryingServer server)
{
    private const int OldestAttempts = 8;

    /// <summary>Finds the prompt of an image; null if nothing of use is there.</summary>
    public async Task<LeftPrompt?> FindAsync(int imageIndex, RunGraph graph, int firstSubmission, CancellationToken cancellationToken)
    {
        var ids = Enumerable.Range(0, Math.Min(attempt.Number, OldestAttempts))
            .SelectMany(back => Enumerable.Range(0, PromptIds.SubmissionsPerAttempt)
                .Select(submission => PromptIds.Of(attempt.GenerationId, imageIndex, attempt.Number - back, firstSubmission + submission)))
            .ToList();
        // A server that assigns its own ids knows none of these; the marker is the same, but does not distinguish what was rendered again.
        bool IsIt(PromptMarker? marker) => firstSubmission == 0 && marker is not null && marker.GenerationId == attempt.GenerationId
            && marker.ImageIndex == imageIndex && marker.Instance == attempt.Instance && installation.IsMarkedBy(marker);

        var queue = await server.GetQueueAsync(cancellationToken);
        var all = queue.Running.Concat(queue.Pending).Where(i => i.Marker is null || installation.IsMarkedBy(i.Marker)).ToList();
        if ((ids.Select(id => all.Find(i => i.PromptId == id)).FirstOrDefault(i => i is not null) ?? all.Find(i => IsIt(i.Marker))) is { } item)
            return new LeftPrompt.Queued(item.PromptId, item.ClientId, queue);

        foreach (var id in ids)
        {
            var entry = await server.GetHistoryAsync(id, cancellationToken);
            if (entry is not null && (entry.Marker is null || installation.IsMarkedBy(entry.Marker)) && IsOfUse(entry, graph))
                return new LeftPrompt.Ended(id, entry);
        }

        var marked = (await server.GetNewestHistoryAsync(cancellationToken)).Where(e => IsIt(e.Entry.Marker) && IsOfUse(e.Entry, graph)).ToList();
        return marked is [.., var newest] ? new LeftPrompt.Ended(newest.PromptId, newest.Entry) : null;
    }

    // An interrupted prompt was an orphan; images that were sent through a socket are gone.
    private static bool IsOfUse(PromptHistory entry, RunGraph graph) => !entry.Interrupted && !(entry.Succeeded && graph.SendsImages);
}

/// <summary>A prompt that was found on the server.</summary>
internal abstract record LeftPrompt(string PromptId)
{
    /// <summary>It waits or runs.</summary>
    public sealed record Queued(string PromptId, string? ClientId, QueueSnapshot Queue) : LeftPrompt(PromptId);

    /// <summary>It has ended.</summary>
    public sealed record Ended(string PromptId, PromptHistory Entry) : LeftPrompt(PromptId);
}
