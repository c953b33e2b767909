using LockNGen.Contracts;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Telemetry;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// Binds the replica's queues to the partitions whose progress is wanted here, and unbinds the others. State events arrive regardless, so until a
/// binding exists a client has a snapshot, and the newest progress soon after: a watcher repeats it while there is nothing newer.
/// </summary>
internal sealed class PartitionBindings(GenerationLogs logs, AudienceOfAll everybody, GatewayMetrics metrics, TimeProvider clock)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    /// <summary>Bindings removed at the broker by someone else are restored within this time.</summary>
    private static readonly TimeSpan RenewInterval = TimeSpan.FromMinutes(1);

    private readonly bool[] _isBound = new bool[ProgressPartitions.Count];

    /// <summary>Whether the progress of a generation is delivered here.</summary>
    public bool Has(Guid generationId) => Volatile.Read(ref _isBound[ProgressPartitions.IndexOf(generationId)]);

    /// <summary>Keeps the bindings in line with what is wanted; ends only by an exception, and then their state is unknown.</summary>
    /// <param name="queues">Queues that no partition is bound to yet.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task KeepAsync(ReplicaQueues queues, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                // Includes existing bindings: someone may have removed them at the broker.
                var renewed = clock.GetTimestamp();
                await BindAsync(queues, again: true, cancellationToken);
                while (clock.GetElapsedTime(renewed) < RenewInterval)
                {
                    await UnbindAsync(queues, cancellationToken);
                    await WaitAsync(cancellationToken);
                    await BindAsync(queues, again: false, cancellationToken);
                }

                await queues.BindAsync(cancellationToken);
            }
        }
        finally
        {
            metrics.Partitions(-_isBound.Count(b => b));
            Array.Clear(_isBound);
        }
    }

    /// <summary>Returns at once when a partition becomes wanted; otherwise after a while, having renewed those still watched.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var news = logs.Wanted.NewsAsync(limit.Token);
        if (await Task.WhenAny(news, Task.Delay(LookInterval, clock, limit.Token)) == news)
        {
            await news;
            return;
        }

        await limit.CancelAsync();
        await news.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var log in logs.All.Where(l => l.WantsProgress(everybody)))
            logs.Wanted.Want(log.GenerationId);
    }

    private async Task BindAsync(ReplicaQueues queues, bool again, CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < ProgressPartitions.Count; partition++)
        {
            if (!logs.Wanted.IsWanted(partition) || (_isBound[partition] && !again))
                continue;
            await queues.BindAsync(ProgressPartitions.KeyOf(partition), cancellationToken);
            if (_isBound[partition])
                continue;
            Volatile.Write(ref _isBound[partition], true);
            metrics.Partitions(1);
        }
    }

    private async Task UnbindAsync(ReplicaQueues queues, CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < ProgressPartitions.Count; partition++)
        {
            // No one waits for these.
            if (logs.Wanted.HasNews)
                return;
            if (!_isBound[partition] || logs.Wanted.IsWanted(partition))
                continue;
            metrics.Partitions(-1);
            Volatile.Write(ref _isBound[partition], false);
            await queues.UnbindAsync(ProgressPartitions.KeyOf(partition), cancellationToken);
        }
    }
}
