using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// What one server has to do, asked as lightly as it allows: <c>/queue</c> repeats every workflow that waits, megabytes on a busy server, so newer
/// servers are asked for their jobs. Whose a prompt is stands in the queue only, which is read once for each prompt that was not seen before.
/// What the jobs do not list any more is gone only when the queue says so too: no work may be lost to a list that is not whole.
/// </summary>
/// <param name="client">The server.</param>
/// <param name="awaited">Prompts of ours that the server has taken, and whose end has not been told.</param>
internal sealed class QueueReader(ComfyUiClient client, Func<IEnumerable<string>> awaited)
{
    private QueueSnapshot _known = QueueSnapshot.Empty;
    private bool _hasJobs;

    /// <summary>Asks the server.</summary>
    /// <param name="isNew">Whether nothing is known of the server, or not any more.</param>
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
