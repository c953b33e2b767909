using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.Storage;
using LockNGen.WebhookNotifier.Registrations;
using LockNGen.WebhookNotifier.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>Turns events into deliveries: one row for each webhook that subscribes to the event, however often the event arrives.</summary>
internal sealed class DeliveryIntake(WebhooksDatabase database, DeliverySignal signal, IOptions<WebhookOptions> options)
{
    /// <summary>Stores the deliveries of an event; once it returns, no crash can lose them.</summary>
    public async Task AddAsync(GenerationEvent message, string? owner, string? traceParent, byte[] body, CancellationToken cancellationToken)
    {
        if (!DeliverableEvents.Includes(message))
            return;
        var candidates = await database.ReadAsync(session => CandidatesAsync(session, message.GenerationId, owner), cancellationToken);
        var webhooks = candidates.Where(w => w.Wants(message.Type)).OrderBy(w => w.Destination, StringComparer.Ordinal).ToList();
        if (webhooks.Count == 0)
            return;

        var eventId = MessageIds.Of(message.GenerationId, message.Sequence);
        await database.WriteAsync(
            async session =>
            {
                foreach (var webhook in webhooks)
                    await InsertAsync(session, webhook, webhook.DeliveryId(eventId), message.Type, message.GenerationId, traceParent, body, options.Value.GiveUpAfter);
                session.AfterCommit(signal.Set);
            },
            cancellationToken);
    }

    /// <summary>Stores a delivery that tests a webhook: sent once, now.</summary>
    public async Task<Guid> AddTestAsync(Webhook webhook, byte[] body, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        await database.WriteAsync(
            async session =>
            {
                await InsertAsync(session, webhook, id, WebhookTest.EventType, generationId: null, traceParent: null, body, giveUpAfter: TimeSpan.Zero);
                session.AfterCommit(signal.Set);
            },
            cancellationToken);
        return id;
    }

    private static Task<IReadOnlyList<Webhook>> CandidatesAsync(DatabaseSession session, Guid generationId, string? owner) => session.QueryAsync<Webhook>(
        """
        SELECT * FROM webhooks WHERE generation_id = @generationId AND enabled = 1
        UNION ALL
        SELECT * FROM webhooks WHERE owner = @owner AND generation_id IS NULL AND all_owners = 0 AND enabled = 1
        UNION ALL
        SELECT * FROM webhooks WHERE all_owners = 1 AND enabled = 1
        """,
        new { generationId, owner });

    private static async Task InsertAsync(
        DatabaseSession session, Webhook webhook, Guid id, string eventType, Guid? generationId, string? traceParent, byte[] body, TimeSpan giveUpAfter)
    {
        await Destinations.TouchAsync(session, webhook.Destination);
        await session.ExecuteAsync(
            """
            INSERT INTO webhook_deliveries (id, webhook_id, destination, generation_id, event_type, trace_parent, body, status, due_at,
                give_up_at, created_at)
            VALUES (@id, @webhookId, @Destination, @generationId, @eventType, @traceParent, @body, 'pending', @Now,
                @giveUpAt, @Now)
            ON CONFLICT (id) DO NOTHING
            """,
            new
            {
                id,
                webhookId = webhook.Id,
                webhook.Destination,
                generationId,
                eventType,
                traceParent,
                body,
                session.Now,
                giveUpAt = session.Now + giveUpAfter,
            });
    }
}
