using LockNGen.Storage;
using LockNGen.Web.Authentication;
using LockNGen.WebhookNotifier.Storage;

namespace LockNGen.WebhookNotifier.Registrations;

/// <summary>The registered webhooks.</summary>
internal sealed class WebhookStore(WebhooksDatabase database)
{
    /// <summary>Adds a webhook unless its owner has <paramref name="limit"/> of them.</summary>
    public Task<bool> TryAddAsync(Webhook webhook, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var count = await session.ScalarAsync<long>(
                "SELECT COUNT(*) FROM webhooks WHERE generation_id IS NULL AND (owner = @Owner OR (owner IS NULL AND CAST(@Owner AS TEXT) IS NULL))",
                new { webhook.Owner });
            if (count >= limit)
                return false;
            await InsertAsync(session, webhook);
            return true;
        },
        cancellationToken);

    /// <summary>Adds the webhook of a single generation; again changes nothing.</summary>
    public Task AddForGenerationAsync(Webhook webhook, CancellationToken cancellationToken) =>
        database.WriteAsync(session => InsertAsync(session, webhook), cancellationToken);

    /// <summary>The webhook, if the caller may see it.</summary>
    public async Task<Webhook?> FindAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        var webhook = await database.ReadAsync(
            session => session.FirstOrDefaultAsync<Webhook>("SELECT * FROM webhooks WHERE id = @id", new { id }), cancellationToken);
        return webhook is not null && caller.MaySee(webhook.Owner) ? webhook : null;
    }

    /// <summary>The caller's webhooks, newest first; those of single generations only by asking for the generation.</summary>
    public Task<IReadOnlyList<Webhook>> ListAsync(Caller caller, Guid? generationId, long before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryAsync<Webhook>(
                $"""
                SELECT * FROM webhooks
                WHERE number < @before
                  AND {(generationId is null ? "generation_id IS NULL" : "generation_id = @generationId")}
                  AND {(caller.IsAuthenticated ? "(@isAdmin = 1 OR owner = @Owner)" : "(CAST(@Owner AS TEXT) IS NULL OR owner IS NULL OR owner = @Owner)")}
                ORDER BY number DESC LIMIT @limit
                """,
                new { before, generationId, isAdmin = caller.IsAdmin ? 1 : 0, caller.Owner, limit }),
            cancellationToken);

    /// <summary>Stores what its owner may change. What waits for it follows it to its new address, or ends when it is disabled.</summary>
    public Task UpdateAsync(Webhook webhook, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await Destinations.TouchAsync(session, webhook.Destination);
            await session.ExecuteAsync(
                """
                UPDATE webhooks SET url = @Url, destination = @Destination, event_types = @EventTypes, description = @Description,
                    enabled = @enabled, disabled_reason = @DisabledReason
                WHERE id = @Id
                """,
                new { webhook.Id, webhook.Url, webhook.Destination, webhook.EventTypes, webhook.Description, enabled = webhook.Enabled ? 1 : 0, webhook.DisabledReason });
            await session.ExecuteAsync(
                "UPDATE webhook_deliveries SET destination = @Destination WHERE webhook_id = @Id AND status = 'pending'", new { webhook.Id, webhook.Destination });
            if (!webhook.Enabled)
                await EndPendingAsync(session, webhook.Id);
        },
        cancellationToken);

    /// <summary>Changes the secret; the one before stays good until then.</summary>
    public Task RotateAsync(Guid id, string secret, DateTimeOffset previousUntil, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync(
            "UPDATE webhooks SET previous_secret = secret, previous_secret_until = @previousUntil, secret = @secret WHERE id = @id",
            new { id, secret, previousUntil }),
        cancellationToken);

    /// <summary>Removes the webhook with all its deliveries.</summary>
    public Task DeleteAsync(Guid id, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await session.ExecuteAsync("DELETE FROM webhook_attempts WHERE delivery_id IN (SELECT id FROM webhook_deliveries WHERE webhook_id = @id)", new { id });
            await session.ExecuteAsync("DELETE FROM webhook_deliveries WHERE webhook_id = @id", new { id });
            await session.ExecuteAsync("DELETE FROM webhooks WHERE id = @id", new { id });
        },
        cancellationToken);

    /// <summary>Within a transaction: no more deliveries, neither new ones nor those that wait.</summary>
    public static async Task DisableAsync(DatabaseSession session, Guid id, string reason)
    {
        await session.ExecuteAsync("UPDATE webhooks SET enabled = 0, disabled_reason = @reason WHERE id = @id", new { id, reason });
        await EndPendingAsync(session, id);
    }

    private static Task<int> EndPendingAsync(DatabaseSession session, Guid id) => session.ExecuteAsync(
        "UPDATE webhook_deliveries SET status = 'failed', ended_at = @Now WHERE webhook_id = @id AND status = 'pending'", new { id, session.Now });

    private static Task<int> InsertAsync(DatabaseSession session, Webhook webhook) => session.ExecuteAsync(
        """
        INSERT INTO webhooks (id, owner, all_owners, generation_id, url, destination, event_types, description, secret, created_at)
        VALUES (@Id, @Owner, @allOwners, @GenerationId, @Url, @Destination, @EventTypes, @Description, @Secret, @Now)
        ON CONFLICT (id) DO NOTHING
        """,
        new
        {
            webhook.Id,
            webhook.Owner,
            allOwners = webhook.AllOwners ? 1 : 0,
            webhook.GenerationId,
            webhook.Url,
            webhook.Destination,
            webhook.EventTypes,
            webhook.Description,
            webhook.Secret,
            session.Now,
        });
}
