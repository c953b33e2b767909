using System.Data.Common;
using LockNGen.WebhookNotifier.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>Every minute: gives up deliveries that are too old, deletes those past their retention, counts those waiting.</summary>
internal sealed partial class DeliverySweeper(
    WebhooksDatabase database, NotifierMetrics metrics, IOptions<WebhookOptions> options, TimeProvider clock, ILogger<DeliverySweeper> logger)
    : BackgroundService
{
    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly WebhookOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is DbException or TimeoutException)
            {
                LogFailed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        await GiveUpAsync(cancellationToken);
        while (await ForgetDeliveriesAsync(cancellationToken) == Batch)
        {
            // Small transactions, so that deliveries continue in between.
        }

        await ForgetUnusedAsync(cancellationToken);
        metrics.Pending(await database.ReadAsync(
            session => session.ScalarAsync<long>("SELECT COUNT(*) FROM webhook_deliveries WHERE status = 'pending'"), cancellationToken));
    }

    /// <summary>
    /// Deliveries behind an open circuit make no attempts that could end them. One pause longer, so that the last probe has had its chance.
    /// </summary>
    private Task<int> GiveUpAsync(CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync(
            """
            UPDATE webhook_deliveries SET status = 'failed', ended_at = @Now
            WHERE status = 'pending' AND give_up_at <= @limit AND leased_until <= @Now
            """,
            new { session.Now, limit = session.Now - _options.MaxCircuitBreak - _options.Lease }),
        cancellationToken);

    private Task<int> ForgetDeliveriesAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            const string old = "SELECT id FROM webhook_deliveries WHERE ended_at < @limit ORDER BY ended_at, number LIMIT @Batch";
            var parameters = new { limit = session.Now - _options.KeepDeliveries, Batch };
            await session.ExecuteAsync($"DELETE FROM webhook_attempts WHERE delivery_id IN ({old})", parameters);
            return await session.ExecuteAsync($"DELETE FROM webhook_deliveries WHERE id IN ({old})", parameters);
        },
        cancellationToken);

    private Task ForgetUnusedAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await session.ExecuteAsync(
                """
                DELETE FROM webhooks WHERE generation_id IS NOT NULL AND created_at < @limit
                  AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = webhooks.id)
                """,
                new { limit = session.Now - _options.KeepGenerationWebhooks });
            // Nothing that was put in its queue can still be pending then.
            await session.ExecuteAsync(
                "DELETE FROM webhook_destinations WHERE touched_at < @limit",
                new { limit = session.Now - (2 * _options.GiveUpAfter) - _options.MaxCircuitBreak - TimeSpan.FromDays(1) });
        },
        cancellationToken);

    [LoggerMessage(LogLevel.Warning, "Cleaning up the delivery log failed; trying again in a minute: {Reason}")]
    private partial void LogFailed(string reason);
}
