using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Reads one server's queue as cheaply as it allows: <c>/queue</c> repeats every waiting workflow, megabytes on a busy server, so newer
/// servers are asked for their jobs. Only the queue shows who submitted a prompt, so it is read once for each prompt not seen before.
/// A prompt missing from the jobs is gone only if the queue confirms it: no work may be lost because of an incomplete list.
/// </summary>
/// <param name="client">The server.</param>
/// <param name="awaited">Prompts of ours that the server has accepted, and whose end has not been reported.</param>
internal sealed class QueueReader(ComfyUiClient client, Func<IEnumerable<string>> awaited)
{
    private QueueSnapshot _known = QueueSnapshot.Empty;
    private bool _hasJobs;

    /// <summary>Asks the server.</summary>
    /// <param name="isNew">Whether nothing is known about the server, or no longer.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    public async Task<QueueSnapshot> ReadAsync(bool isNew, CancellationToken cancellationToken)
    {
        if (isNew)
            _hasJobs = true;
        else if (_hasJobs && await JobsAsync(cancellationToken) is { } queue)
            return _known = queue;
        return _known = await client.GetQueueAsync(cancellationToken);
    }

    private async Task<QueueSnapshot?> JobsAsync(CancellationToken cancellationToken)
    {
        var taken = awaited().ToList();
        var jobs = await client.GetOpenJobsAsync(cancellationToken);
        _hasJobs = jobs is not null;
        if (jobs?.With(_known) is not { } queue)
            return null;
        var missing = taken.Intersect(awaited()).Where(id => queue.Find(id) is null).ToList();
        if (missing.Count == 0)
            return queue;
        var whole = await client.GetQueueAsync(cancellationToken);
        _hasJobs = missing.TrueForAll(id => whole.Find(id) is null);
        return whole;
    }
}
