using System.Diagnostics;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Scheduling;

/// <summary>One pass over the queue, by one replica at a time.</summary>
internal sealed class SchedulingPass(
    GenerationsDatabase database,
    Sweeper sweeper,
    Cancellations cancellations,
    Dispatcher dispatcher,
    PositionNotices positions,
    WatcherCommands commands,
    IOptions<QueueOptions> options,
    GenerationMetrics metrics,
    TimeProvider clock)
{
    private long _lastSweep;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var sends = new List<Task>();
        await using (await database.LockAsync("scheduler", cancellationToken))
        {
            var isSweepDue = _lastSweep == 0 || clock.GetElapsedTime(_lastSweep) >= options.Value.SweepInterval;
            if (isSweepDue)
            {
                _lastSweep = clock.GetTimestamp();
                await sweeper.SweepAsync(cancellationToken);
            }

            foreach (var cancel in await cancellations.CollectAsync(cancellationToken))
                sends.Add(commands.SendAsync(cancel.Watcher, cancel.TraceParent, cancel.Command, cancellationToken));
            foreach (var offer in await dispatcher.DispatchAsync(cancellationToken))
                sends.Add(commands.SendAsync(offer.Watcher, offer.TraceParent, offer.Command, cancellationToken));
            if (isSweepDue)
                await positions.AnnounceAsync(cancellationToken);
        }

        metrics.SchedulingPass(Stopwatch.GetElapsedTime(started));
        await Task.WhenAll(sends);
    }
}
