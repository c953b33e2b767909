using System.Data.Common;
using System.Diagnostics;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Scheduling;

/// <summary>
/// The loop that moves the queue: at once on a signal, and every <see cref="QueueOptions.SweepInterval"/> for work that went silent.
/// Any replica runs it, one at a time: there is no leader, so the loss of one replica does not stop the queue.
/// </summary>
internal sealed partial class Scheduler(
    GenerationsDatabase database,
    Sweeper sweeper,
    Cancellations cancellations,
    Dispatcher dispatcher,
    PositionNotices positions,
    CommandClient commands,
    SchedulerSignal signal,
    IOptions<QueueOptions> options,
    TimeProvider clock,
    ILogger<Scheduler> logger)
    : BackgroundService
{
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(2);
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    private long _lastSweep;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PassAsync(stoppingToken);
                failures = 0;
                await signal.WaitAsync(options.Value.SweepInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e, e is DbException ? "the database is unavailable" : e.Message);
                await Task.Delay(Retry.DelayAfter(++failures), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
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
                sends.Add(SendAsync(cancel.Watcher, cancel.TraceParent, cancel.Command, cancellationToken));
            foreach (var offer in await dispatcher.DispatchAsync(cancellationToken))
                sends.Add(SendAsync(offer.Watcher, offer.TraceParent, offer.Command, cancellationToken));
            if (isSweepDue)
                await positions.AnnounceAsync(cancellationToken);
        }

        Diagnostics.SchedulingPass(Stopwatch.GetElapsedTime(started));
        await Task.WhenAll(sends);
    }

    /// <summary>A command that does not arrive is repeated by a later pass: the row is the commitment.</summary>
    private async Task SendAsync<T>(string watcher, string? traceParent, T command, CancellationToken cancellationToken)
        where T : class
    {
        using var timeout = new CancellationTokenSource(SendTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await commands.SendAsync(BusQueues.Watcher(watcher), command, either.Token, traceParent);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotSent(typeof(T).Name, watcher, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "A scheduling pass failed: {Reason}")]
    private partial void LogFailed(Exception exception, string reason);

    [LoggerMessage(LogLevel.Warning, "{Command} did not reach watcher {Watcher}: {Reason}. A later pass repeats it.")]
    private partial void LogNotSent(string command, string watcher, string reason);
}
