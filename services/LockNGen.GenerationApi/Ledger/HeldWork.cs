using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Ledger;

/// <summary>What heartbeats report about claimed work: that it is held, whether ComfyUI has begun with it, and for how long it has rendered.</summary>
internal static class HeldWork
{
    private const int Margin = 2;

    /// <summary>
    /// Returns what the watcher holds but must drop. An outcome that the watcher itself reported has the same attempt: it may still publish it.
    /// </summary>
    public static async Task<IReadOnlyList<Guid>> NoteAsync(DatabaseSession session, IReadOnlyList<HeldGeneration> held, GenerationMetrics metrics)
    {
        var abandon = new List<Guid>();
        foreach (var one in held)
        {
            // Older watchers do not report when ComfyUI begins; theirs counts from the claim.
            var saysBegun = one.Begun is not null;
            if (one.Begun != false)
                await BeginAsync(session, one, saysBegun ? session.Now - TimeSpan.FromSeconds(one.RenderSeconds) : null, metrics);
            if (!await NoteAsync(session, one, saysBegun))
                abandon.Add(one.GenerationId);
        }

        return abandon;
    }

    private static async Task BeginAsync(DatabaseSession session, HeldGeneration held, DateTimeOffset? begunAt, GenerationMetrics metrics)
    {
        if (await GenerationLedger.BeginAsync(session, held.GenerationId, held.Attempt, begunAt) is { Tries: 1 } begun)
            session.AfterCommit(() => metrics.Started(begun));
    }

    // Readers may have seen more since the heartbeat, and when the watcher dies that is unknown: assume as much again as since the one before.
    private static async Task<bool> NoteAsync(DatabaseSession session, HeldGeneration held, bool saysBegun) => await session.ExecuteAsync(
        """
        UPDATE generations SET held_at = @Now,
            progress_floor = CASE
                WHEN ended_at IS NOT NULL OR begun = 0 THEN progress_floor
                WHEN overall_progress >= @OverallProgress THEN overall_progress + @Margin
                ELSE @OverallProgress + @OverallProgress - overall_progress + @Margin END,
            overall_progress = CASE WHEN overall_progress < @OverallProgress AND ended_at IS NULL THEN @OverallProgress ELSE overall_progress END,
            waits_behind = CASE WHEN begun = 0 AND ended_at IS NULL THEN CAST(@WaitsBehind AS INTEGER) END,
            render_seconds = CASE WHEN ended_at IS NULL
                THEN COALESCE(CAST(@render AS DOUBLE PRECISION), (@Now - attempt_started_at) / 1000.0) ELSE render_seconds END,
            quiet_seconds = COALESCE(CAST(@quiet AS DOUBLE PRECISION), (@Now - attempt_started_at) / 1000.0)
        WHERE id = @GenerationId AND attempt = @Attempt
        """,
        new
        {
            held.GenerationId,
            held.Attempt,
            OverallProgress = Math.Clamp(held.OverallProgress, 0, 100),
            Margin,
            held.WaitsBehind,
            render = saysBegun ? held.RenderSeconds : (double?)null,
            quiet = saysBegun ? held.QuietSeconds : (double?)null,
            session.Now,
        }) != 0;
}
