using LockNGen.Storage;
using LockNGen.WebhookNotifier.Registrations;
using LockNGen.WebhookNotifier.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>
/// Due deliveries, claimed with leases so that any number of replicas can work on them. One queue per destination: a dead or slow
/// destination fills its own and no one else's.
/// </summary>
internal sealed class DeliveryQueue(WebhooksDatabase database, RetrySchedule schedule, IOptions<WebhookOptions> options)
{
    private readonly WebhookOptions _options = options.Value;

    /// <summary>PostgreSQL: replicas that claim at the same time take different rows instead of waiting for each other.</summary>
    private readonly string _skipLocked = database.IsSqlite ? "" : "FOR UPDATE OF d SKIP LOCKED";

    /// <summary>Destinations with something due and a closed circuit, the one that waited longest first: one of each owner, then the second of each.</summary>
    public Task<IReadOnlyList<DueDestination>> DueDestinationsAsync(int limit, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QueryAsync<DueDestination>(
            """
            SELECT destination, owner FROM (
                SELECT s.destination, s.owner, s.served_at, ROW_NUMBER() OVER (PARTITION BY s.owner ORDER BY s.served_at) AS turn
                FROM webhook_destinations s
                WHERE s.open_until <= @Now
                  AND EXISTS (SELECT 1 FROM webhook_deliveries d
                              WHERE d.destination = s.destination AND d.status = 'pending' AND d.due_at <= @Now AND d.leased_until <= @Now)) due
            WHERE turn <= @MaxConcurrentPerOwner
            ORDER BY turn, served_at LIMIT @limit
            """,
            new { session.Now, limit, _options.MaxConcurrentPerOwner }),
        cancellationToken);

    /// <summary>Claims what may be sent to a destination now, in order.</summary>
    public Task<IReadOnlyList<DueDelivery>> ClaimAsync(string destination, int max, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var until = session.Now + _options.Lease;
            var free = await FreeAsync(session, destination, until);
            if (free <= 0)
                return [];
            var leaseId = Guid.NewGuid();
            await session.ExecuteAsync(
                $"""
                UPDATE webhook_deliveries SET leased_until = @until, lease_id = @leaseId WHERE number IN (
                    SELECT d.number FROM webhook_deliveries d
                    WHERE d.destination = @destination AND d.status = 'pending' AND d.due_at <= @Now AND d.leased_until <= @Now
                      -- A generation's events go out in order; only one that has failed already lets later ones pass.
                      AND NOT EXISTS (SELECT 1 FROM webhook_deliveries e
                                      WHERE e.webhook_id = d.webhook_id AND e.generation_id = d.generation_id AND e.status = 'pending'
                                        AND e.number < d.number AND (e.failures = 0 OR e.leased_until > @Now))
                    ORDER BY d.due_at, d.number LIMIT @limit {_skipLocked})
                """,
                new { destination, until, leaseId, session.Now, limit = Math.Min(free, max) });
            return await session.QueryAsync<DueDelivery>(
                """
                SELECT d.id, d.webhook_id, d.destination, w.owner, w.url, d.body, d.event_type, d.generation_id, d.trace_parent, d.attempts, d.failures, d.give_up_at, d.lease_id,
                    w.secret, w.previous_secret, w.previous_secret_until
                FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
                WHERE d.destination = @destination AND d.status = 'pending' AND d.lease_id = @leaseId ORDER BY d.number
                """,
                new { destination, leaseId });
        },
        cancellationToken);

    /// <summary>
    /// Stores how an attempt went and decides what comes next. False: the lease had ended and another process has the delivery.
    /// </summary>
    public Task<bool> RecordAsync(DueDelivery delivery, DeliveryResult result, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            // The destination's row before the delivery's, as everywhere: transactions that lock in one order cannot deadlock.
            await SetCircuitAsync(session, delivery.Destination, result);
            if (!await AdvanceAsync(session, delivery, result))
                return false;
            await session.ExecuteAsync(
                """
                INSERT INTO webhook_attempts (delivery_id, attempt, started_at, duration_ms, status_code, error, response)
                VALUES (@Id, @attempt, @StartedAt, @duration, @StatusCode, @Error, @Response)
                """,
                new
                {
                    delivery.Id,
                    attempt = delivery.Attempts + 1,
                    result.StartedAt,
                    duration = (int)result.Duration.TotalMilliseconds,
                    result.StatusCode,
                    result.Error,
                    result.Response,
                });
            if (result.IsGone)
                await WebhookStore.DisableAsync(session, delivery.WebhookId, "The receiver answered 410 Gone.");
            return true;
        },
        cancellationToken);

    /// <summary>
    /// How many more attempts the destination may get, or none if its circuit is open. Locks the row, so replicas claim from one
    /// destination one after another and the limit holds for all of them together.
    /// </summary>
    private async Task<int> FreeAsync(DatabaseSession session, string destination, DateTimeOffset until)
    {
        // After a pause, one delivery is allowed as a probe; until it has ended (or its lease has expired), the circuit stays open.
        var failures = await session.ScalarAsync<int?>(
            """
            UPDATE webhook_destinations
            SET served_at = @Now, open_until = CASE WHEN failures >= @CircuitThreshold THEN @until ELSE open_until END
            WHERE destination = @destination AND open_until <= @Now
            RETURNING failures
            """,
            new { destination, until, session.Now, _options.CircuitThreshold });
        if (failures is null)
            return 0;
        var busy = await session.ScalarAsync<int>(
            "SELECT COUNT(*) FROM webhook_deliveries WHERE destination = @destination AND status = 'pending' AND leased_until > @Now",
            new { destination, session.Now });
        return (failures == 0 ? _options.MaxConcurrentPerDestination : 1) - busy;
    }

    private async Task<bool> AdvanceAsync(DatabaseSession session, DueDelivery delivery, DeliveryResult result)
    {
        var isOver = result.IsDelivered || result.IsGone || session.Now >= delivery.GiveUpAt;
        var next = session.Now + schedule.DelayAfter(delivery.Failures + 1, result.RetryAfter);
        var changed = await session.ExecuteAsync(
            """
            UPDATE webhook_deliveries
            SET status = @status, attempts = attempts + 1, failures = failures + 1, due_at = @due, ended_at = @ended, leased_until = 0, lease_id = NULL
            WHERE id = @Id AND status = 'pending' AND lease_id = @LeaseId
            """,
            new
            {
                delivery.Id,
                delivery.LeaseId,
                status = (result.IsDelivered ? DeliveryStatus.Delivered : isOver ? DeliveryStatus.Failed : DeliveryStatus.Pending).WireName(),
                due = next < delivery.GiveUpAt ? next : delivery.GiveUpAt,
                ended = isOver ? session.Now : (DateTimeOffset?)null,
            });
        return changed > 0;
    }

    private async Task SetCircuitAsync(DatabaseSession session, string destination, DeliveryResult result)
    {
        if (!result.IsUnavailable)
        {
            await session.ExecuteAsync(
                "UPDATE webhook_destinations SET failures = 0, open_until = 0 WHERE destination = @destination AND failures > 0", new { destination });
            return;
        }

        var failures = await session.ScalarAsync<int>(
            "UPDATE webhook_destinations SET failures = failures + 1 WHERE destination = @destination RETURNING failures", new { destination });
        if (schedule.BreakAfter(failures) is { } pause)
        {
            await session.ExecuteAsync(
                "UPDATE webhook_destinations SET open_until = @until WHERE destination = @destination", new { destination, until = session.Now + pause });
        }
    }
}

/// <summary>A destination with something due.</summary>
/// <param name="Destination">What shares a circuit breaker.</param>
/// <param name="Owner">Whose webhooks lead there; empty for those without an owner.</param>
internal sealed record DueDestination(string Destination, string Owner);
