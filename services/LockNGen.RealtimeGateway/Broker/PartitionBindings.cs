using LockNGen.Contracts;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Telemetry;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// Binds the replica's queues to the partitions whose progress is wanted here, and unbinds the others. State events arrive regardless, so until a
/// binding exists a client has a snapshot, and the newest progress soon after: a watcher repeats it while there is nothing newer.
/// </summary>
internal sealed class PartitionBindings(ReplicaQueues queues, GenerationLogs logs, AudienceOfAll everybody, GatewayMetrics metrics, TimeProvider clock)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    /// <summary>Bindings removed at the broker by someone else are restored within this time.</summary>
    private static readonly TimeSpan RenewInterval = TimeSpan.FromMinutes(1);

    /// <summary>
    /// What may be bound. A queue outlives connections and, with a configured name, the process, so initially that is everything.
    /// </summary>
    private readonly bool[] _mayBeBound = new bool[ProgressPartitions.Count];

    private readonly bool[] _isBound = new bool[ProgressPartitions.Count];

    private string? _queue;

    /// <summary>Whether the progress of a generation is delivered here.</summary>
    public bool Has(Guid generationId) => Volatile.Read(ref _isBound[ProgressPartitions.IndexOf(generationId)]);

    /// <summary>Keeps the bindings in line with what is wanted; ends only by an exception, and then their state is unknown.</summary>
    public async Task KeepAsync(IChannel channel, CancellationToken cancellationToken)
    {
        if (_queue != queues.Events)
        {
            _queue = queues.Events;
            Array.Fill(_mayBeBound, true);
        }

        try
        {
            while (true)
            {
                // Includes existing bindings: those of an earlier connection may be gone, or someone may have removed them at the broker.
                var renewed = clock.GetTimestamp();
                await BindAsync(channel, again: true, cancellationToken);
                while (clock.GetElapsedTime(renewed) < RenewInterval)
                {
                    await UnbindAsync(channel, cancellationToken);
                    await WaitAsync(cancellationToken);
                    await BindAsync(channel, again: false, cancellationToken);
                }

                await queues.DeclareAsync(channel, cancellationToken);
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

    private async Task BindAsync(IChannel channel, bool again, CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < ProgressPartitions.Count; partition++)
        {
            if (!logs.Wanted.IsWanted(partition) || (_isBound[partition] && !again))
                continue;
            _mayBeBound[partition] = true;
            await queues.BindAsync(channel, ProgressPartitions.KeyOf(partition), cancellationToken);
            if (_isBound[partition])
                continue;
            Volatile.Write(ref _isBound[partition], true);
            metrics.Partitions(1);
        }
    }

    private async Task UnbindAsync(IChannel channel, CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < ProgressPartitions.Count; partition++)
        {
            // No one waits for these.
            if (logs.Wanted.HasNews)
                return;
            if (!_mayBeBound[partition] || logs.Wanted.IsWanted(partition))
                continue;
            if (_isBound[partition])
                metrics.Partitions(-1);
            Volatile.Write(ref _isBound[partition], false);
            await queues.UnbindAsync(channel, ProgressPartitions.KeyOf(partition), cancellationToken);
            _mayBeBound[partition] = false;
        }
    }
}
