using LockNGen.WebhookNotifier.Registrations;
using LockNGen.WebhookNotifier.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>What was delivered, what was not, and why; and delivering it again.</summary>
internal sealed class DeliveryLog(WebhooksDatabase database, DeliverySignal signal, IOptions<WebhookOptions> options)
{
    private const string Columns = "number, id, generation_id, event_type, status, attempts, due_at, created_at, ended_at";

    /// <summary>The deliveries of a webhook, newest first.</summary>
    public Task<IReadOnlyList<DeliveryEntry>> ListAsync(
        Guid webhookId, DeliveryStatus? status, long before, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QueryAsync<DeliveryEntry>(
            $"""
            SELECT {Columns} FROM webhook_deliveries
            WHERE webhook_id = @webhookId AND number < @before {(status is null ? "" : "AND status = @status")}
            ORDER BY number DESC LIMIT @limit
            """,
            new { webhookId, before, limit, status = status?.WireName() }),
        cancellationToken);

    /// <summary>One delivery with its body and attempts.</summary>
    public Task<(DeliveryEntry Entry, byte[] Body, IReadOnlyList<AttemptEntry> Attempts)?> FindAsync(
        Guid webhookId, Guid id, CancellationToken cancellationToken) => database.ReadAsync<(DeliveryEntry, byte[], IReadOnlyList<AttemptEntry>)?>(
        async session =>
        {
            var entry = await session.FirstOrDefaultAsync<DeliveryEntry>(
                $"SELECT {Columns} FROM webhook_deliveries WHERE id = @id AND webhook_id = @webhookId", new { id, webhookId });
            if (entry is null)
                return null;
            var body = await session.ScalarAsync<byte[]>("SELECT body FROM webhook_deliveries WHERE id = @id", new { id });
            var attempts = await session.QueryAsync<AttemptEntry>(
                "SELECT attempt, started_at, duration_ms, status_code, error, response FROM webhook_attempts WHERE delivery_id = @id ORDER BY attempt", new { id });
            return (entry, body ?? [], attempts);
        },
        cancellationToken);

    /// <summary>
    /// Delivers again, now, with a full round of retries; with the same id, so that a receiver can recognize it. One that is under
    /// way is left alone. False: there is no such delivery.
    /// </summary>
    public Task<bool> RedeliverAsync(Guid webhookId, Guid id, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var destination = await session.ScalarAsync<string>(
                "SELECT destination FROM webhooks WHERE id = @webhookId AND EXISTS (SELECT 1 FROM webhook_deliveries WHERE id = @id AND webhook_id = @webhookId)",
                new { webhookId, id });
            if (destination is null)
                return false;
            await Destinations.TouchAsync(session, destination);
            await session.ExecuteAsync(
                """
                UPDATE webhook_deliveries
                SET status = 'pending', failures = 0, destination = @destination, due_at = @Now, give_up_at = @giveUpAt, ended_at = NULL, leased_until = 0, lease_id = NULL
                WHERE id = @id AND leased_until <= @Now
                """,
                new { id, destination, session.Now, giveUpAt = session.Now + options.Value.GiveUpAfter });
            session.AfterCommit(signal.Set);
            return true;
        },
        cancellationToken);
}
