using LockNGen.Storage;

namespace LockNGen.GenerationApi.Queue;

/// <summary>How fast the queue moves now: how many instances render, and how much work they have left.</summary>
internal sealed record QueueSpeed
{
    /// <summary>Instances that are up: each renders one prompt after another, whatever its capacity.</summary>
    public long Places { get; init; }

    /// <summary>How many of them have work.</summary>
    public long Busy { get; init; }

    /// <summary>Expected seconds of work left in dispatched and running generations.</summary>
    public double RemainingSeconds { get; init; }

    public static async Task<QueueSpeed> ReadAsync(DatabaseSession session) => (await session.FirstOrDefaultAsync<QueueSpeed>(
        """
        SELECT (SELECT COUNT(*) FROM instances WHERE watcher IS NOT NULL AND state = 'up') AS places,
            COUNT(DISTINCT instance) AS busy,
            CAST(COALESCE(SUM(CASE WHEN spent >= estimated_seconds THEN 0 ELSE estimated_seconds - spent END), 0) AS DOUBLE PRECISION) AS remaining_seconds
        FROM (
            SELECT instance, estimated_seconds, CASE WHEN begun = 0 OR attempt_started_at IS NULL THEN 0 ELSE (@Now - attempt_started_at) / 1000.0 END AS spent
            FROM generations WHERE ended_at IS NULL AND status IN ('dispatched', 'running')) AS active
        """,
        new { session.Now }))!;

    /// <summary>The expected wait at this position behind this much waiting work; with no instance up, as if there were one.</summary>
    public double WaitSeconds(int position, double secondsAhead) =>
        position < Places - Busy ? 0 : Math.Round((RemainingSeconds + secondsAhead) / Math.Max(1, Places), 1);
}
