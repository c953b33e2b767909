using LockNGen.GenerationApi.Outbox;
using LockNGen.ServiceDefaults.Storage;

namespace LockNGen.GenerationApi.Queue;

/// <summary>
/// The order in which waiting generations start: what an operator moved to the front, then by priority, then fair between owners, then
/// first come. Fair means: a generation's turn is the number of its owner's that run or wait before it, so the second of one person
/// comes after the first of everybody, and one person's hundred do not starve another's one.
/// </summary>
internal static class WaitingList
{
    private const string Order = "(promoted_at IS NULL), promoted_at DESC, priority DESC, turn, number";

    /// <summary>The most characters of plans that are read at once: hundreds of usual ones, and so few of the largest that memory lasts.</summary>
    private const int MaxPlans = 32 << 20;

    private const string Ranked = $"""
        WITH busy AS (
            SELECT COALESCE(owner, '') AS who, COUNT(*) AS n FROM generations
            WHERE ended_at IS NULL AND status IN ('dispatched', 'running') GROUP BY COALESCE(owner, '')
        ), waiting AS (
            SELECT number, id, priority, promoted_at, estimated_seconds,
                COALESCE(busy.n, 0) + ROW_NUMBER() OVER (PARTITION BY priority, COALESCE(owner, '') ORDER BY number) AS turn
            FROM generations LEFT JOIN busy ON busy.who = COALESCE(owner, '')
            WHERE status = 'queued' AND ended_at IS NULL
        ), ranked AS (
            SELECT number, id, ROW_NUMBER() OVER (ORDER BY {Order}) - 1 AS position,
                CAST(COALESCE(SUM(estimated_seconds) OVER (ORDER BY {Order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
                    AS DOUBLE PRECISION) AS seconds_ahead
            FROM waiting
        )
        """;

    /// <summary>
    /// The first of the list that may start, with what it takes to render them. A generation with a webhook waits until that is on its way
    /// to the notifier: a fast outcome must not get there first.
    /// </summary>
    public static Task<IReadOnlyList<WaitingRow>> FirstAsync(Session session, int limit) => session.QueryAsync<WaitingRow>(
        Ranked + $"""
         SELECT * FROM (
            SELECT {WaitingRow.Columns}, r.position, r.seconds_ahead, i.plan, SUM(LENGTH(i.plan)) OVER (ORDER BY r.position) AS plans
            FROM (SELECT * FROM ranked
                WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.generation_id = ranked.id AND o.type = @RegisterWebhookType AND o.problem IS NULL)
                ORDER BY position LIMIT @limit) AS r
            JOIN generations g ON g.number = r.number JOIN generation_inputs i ON i.generation_id = r.id) AS first
        WHERE plans <= @MaxPlans ORDER BY position
        """,
        new { limit, EventOutbox.RegisterWebhookType, MaxPlans });

    /// <summary>Where a generation stands; null when it does not wait.</summary>
    public static async Task<QueuePlace?> PlaceOfAsync(Session session, Guid id) =>
        await session.FirstOrDefaultAsync<WaitingRow>(Ranked + " SELECT * FROM ranked WHERE id = @id", new { id }) is { } row
            ? new QueuePlace(row.Position, (await QueueSpeed.ReadAsync(session)).WaitSeconds(row.Position, row.SecondsAhead))
            : null;

    /// <summary>Where everything that waits stands.</summary>
    public static async Task<IReadOnlyDictionary<Guid, QueuePlace>> PlacesAsync(Session session)
    {
        var speed = await QueueSpeed.ReadAsync(session);
        var rows = await session.QueryAsync<WaitingRow>(Ranked + " SELECT * FROM ranked");
        return rows.ToDictionary(r => r.Id, r => new QueuePlace(r.Position, speed.WaitSeconds(r.Position, r.SecondsAhead)));
    }

    /// <summary>The waiting ones whose place is no longer what their owner was last told, longest untold first.</summary>
    public static Task<IReadOnlyList<WaitingRow>> MovedAsync(Session session, DateTimeOffset toldBefore, int limit) => session.QueryAsync<WaitingRow>(
        Ranked + """
         SELECT g.id, g.owner, g.attempt, g.event_number, g.trace_parent, r.position, r.seconds_ahead FROM ranked r JOIN generations g ON g.number = r.number
        WHERE r.position <> COALESCE(g.told_position, -1) AND COALESCE(g.told_at, 0) <= @toldBefore
            AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.generation_id = r.id)
        ORDER BY g.told_at, r.position LIMIT @limit
        """,
        new { toldBefore, limit });
}

/// <summary>Where a waiting generation stands.</summary>
/// <param name="Position">How many are ahead of it.</param>
/// <param name="EstimatedWaitSeconds">Expected seconds until it starts.</param>
internal sealed record QueuePlace(int Position, double EstimatedWaitSeconds);
