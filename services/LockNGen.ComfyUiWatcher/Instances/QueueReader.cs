using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// What one server has to do, asked as lightly as it allows: <c>/queue</c> repeats every workflow that waits, megabytes on a busy server, so newer
/// servers are asked for their jobs. Whose a prompt is stands in the queue only, which is read once for each prompt that was not seen before.
/// </summary>
internal sealed class QueueReader(ComfyUiClient client)
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
        var jobs = await client.GetOpenJobsAsync(cancellationToken);
        _hasJobs = jobs is not null;
        return jobs?.With(_known);
    }
}
