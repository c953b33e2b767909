using LockNGen.GenerationApi.Outbox;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Queue;

/// <summary>
/// The order in which waiting generations start: what an operator moved to the front, then fair between owners, then by priority, then
/// first come. Fair means: a generation's turn is the number of its owner's generations that run or wait before it, so one person's second
/// comes after everyone's first, and one person's hundred do not starve another's one, whatever their priority: priority
/// orders an owner's own generations, and those of equal turn. Those that no instance can render now (parked) come after all others.
/// </summary>
internal static class WaitingList
{
    private const string Order = "parked, (promoted_at IS NULL), promoted_at DESC, turn, priority DESC, number";

    /// <summary>The setting that records the state of the instances when generations were parked.</summary>
    private const string World = "parked_world";

    /// <summary>The most characters of plans that are read at once: hundreds of usual ones, but few enough of the largest to fit in memory.</summary>
    private const int MaxPlans = 32 << 20;

    private const string Ranked = $"""
        WITH busy AS (
            SELECT COALESCE(owner, '') AS who, COUNT(*) AS n FROM generations
            WHERE ended_at IS NULL AND status IN ('dispatched', 'running') GROUP BY COALESCE(owner, '')
        ), waiting AS (
            SELECT number, id, priority, promoted_at, parked, estimated_seconds,
                COALESCE(busy.n, 0) + ROW_NUMBER() OVER (PARTITION BY parked, COALESCE(owner, '') ORDER BY priority DESC, number) AS turn
            FROM generations LEFT JOIN busy ON busy.who = COALESCE(owner, '')
            WHERE status = 'queued' AND ended_at IS NULL
        ), ranked AS (
            SELECT number, id, parked, ROW_NUMBER() OVER (ORDER BY {Order}) - 1 AS position,
                CAST(COALESCE(SUM(estimated_seconds) OVER (ORDER BY {Order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
                    AS DOUBLE PRECISION) AS seconds_ahead
            FROM waiting
        )
        """;

    /// <summary>
    /// The first of the list that may start, with what rendering them requires. A generation with a webhook waits until that is on its way
    /// to the notifier: a fast outcome must not get there first.
    /// </summary>
    public static Task<IReadOnlyList<WaitingRow>> FirstAsync(DatabaseSession session, int limit) => session.QueryAsync<WaitingRow>(
        Ranked + $"""
         SELECT * FROM (
            SELECT {WaitingRow.Columns}, r.position, r.seconds_ahead, i.plan, SUM(LENGTH(i.plan)) OVER (ORDER BY r.position) AS plans
            FROM (SELECT * FROM ranked
                WHERE parked = 0 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.generation_id = ranked.id AND o.type = @RegisterWebhookType AND o.problem IS NULL)
                ORDER BY position LIMIT @limit) AS r
            JOIN generations g ON g.number = r.number JOIN generation_inputs i ON i.generation_id = r.id) AS first
        WHERE plans <= @MaxPlans ORDER BY position
        """,
        new { limit, EventOutbox.RegisterWebhookType, MaxPlans });

    /// <summary>Moves generations that no instance can render behind all others, until <see cref="UnparkAsync"/>.</summary>
    public static Task<int> ParkAsync(DatabaseSession session, IReadOnlyList<Guid> ids) => ids.Count == 0
        ? Task.FromResult(0)
        : session.ExecuteAsync("UPDATE generations SET parked = 1 WHERE status = 'queued' AND id IN @ids", new { ids = SqlList.Of(ids) });

    /// <summary>Puts all of them back into their places if the instances have changed since.</summary>
    public static async Task UnparkAsync(DatabaseSession session, string world)
    {
        if (await session.ScalarAsync<string>("SELECT value FROM settings WHERE name = @Name", new { Name = World }) == world)
            return;
        await session.ExecuteAsync("UPDATE generations SET parked = 0 WHERE parked = 1", new { });
        await session.ExecuteAsync(
            "INSERT INTO settings (name, value) VALUES (@Name, @world) ON CONFLICT (name) DO UPDATE SET value = excluded.value", new { Name = World, world });
    }

    /// <summary>The place of a generation; null if it is not waiting.</summary>
    public static async Task<QueuePlace?> PlaceOfAsync(DatabaseSession session, Guid id) =>
        await session.FirstOrDefaultAsync<WaitingRow>(Ranked + " SELECT * FROM ranked WHERE id = @id", new { id }) is { } row
            ? new QueuePlace(row.Position, (await QueueSpeed.ReadAsync(session)).WaitSeconds(row.Position, row.SecondsAhead))
            : null;

    /// <summary>The places of all waiting generations.</summary>
    public static async Task<IReadOnlyDictionary<Guid, QueuePlace>> PlacesAsync(DatabaseSession session)
    {
        var speed = await QueueSpeed.ReadAsync(session);
        var rows = await session.QueryAsync<WaitingRow>(Ranked + " SELECT * FROM ranked");
        return rows.ToDictionary(r => r.Id, r => new QueuePlace(r.Position, speed.WaitSeconds(r.Position, r.SecondsAhead)));
    }

    /// <summary>Waiting generations whose place has changed since it was last announced (<c>told_position</c>, <c>told_at</c>), longest unannounced first.</summary>
    public static Task<IReadOnlyList<WaitingRow>> MovedAsync(DatabaseSession session, DateTimeOffset announcedBefore, int limit) => session.QueryAsync<WaitingRow>(
        Ranked + """
         SELECT g.id, g.owner, g.attempt, g.event_number, g.trace_parent, r.position, r.seconds_ahead FROM ranked r JOIN generations g ON g.number = r.number
        WHERE r.position <> COALESCE(g.told_position, -1) AND COALESCE(g.told_at, 0) <= @announcedBefore
            AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.generation_id = r.id)
        ORDER BY g.told_at, r.position LIMIT @limit
        """,
        new { announcedBefore, limit });
}

/// <summary>The place of a waiting generation.</summary>
/// <param name="Position">How many are ahead of it.</param>
/// <param name="EstimatedWaitSeconds">Expected seconds until it starts.</param>
internal sealed record QueuePlace(int Position, double EstimatedWaitSeconds);
