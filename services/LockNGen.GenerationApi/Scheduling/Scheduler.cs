using System.Data.Common;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Queue;
using LockNGen.Hosting.Resilience;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Scheduling;

/// <summary>
/// The loop that moves the queue: at once on a signal, and every <see cref="QueueOptions.SweepInterval"/> for work that went silent.
/// Any replica runs it, one at a time: there is no leader, so the loss of one replica does not stop the queue.
/// </summary>
internal sealed partial class Scheduler(
    SchedulingPass pass, SchedulerSignal signal, IOptions<QueueOptions> options, TimeProvider clock, ILogger<Scheduler> logger)
    : BackgroundService
{
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await pass.RunAsync(stoppingToken);
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

    [LoggerMessage(LogLevel.Error, "A scheduling pass failed: {Reason}")]
    private partial void LogFailed(Exception exception, string reason);
}
