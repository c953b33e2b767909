using System.Data.Common;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Queue;

/// <summary>Reads the numbers of the queue every few seconds, for the metrics.</summary>
internal sealed partial class QueueGauges(
    GenerationsDatabase database, IOptions<QueueOptions> options, GenerationMetrics metrics, TimeProvider clock, ILogger<QueueGauges> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private volatile QueueNumbers _numbers = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveQueue(options.Value.MaxDepth, () => _numbers);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _numbers = (await database.ReadAsync(
                    session => session.FirstOrDefaultAsync<QueueNumbers>(
                        """
                        SELECT (SELECT COUNT(*) FROM generations WHERE status = 'queued' AND ended_at IS NULL) AS waiting,
                            (SELECT COUNT(*) FROM generations WHERE status IN ('dispatched', 'running') AND ended_at IS NULL) AS active,
                            (SELECT COUNT(*) FROM outbox WHERE problem IS NULL) AS outbox,
                            (SELECT COUNT(*) FROM outbox WHERE problem IS NOT NULL) AS parked,
                            (SELECT CAST(COALESCE(@Now - MIN(created_at), 0) / 1000.0 AS DOUBLE PRECISION)
                                FROM generations WHERE status = 'queued' AND ended_at IS NULL) AS oldest_age
                        """,
                        new { session.Now }),
                    stoppingToken))!;
            }
            catch (DbException e)
            {
                LogUnread(e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The queue's numbers cannot be read: {Reason}")]
    private partial void LogUnread(string reason);
}
