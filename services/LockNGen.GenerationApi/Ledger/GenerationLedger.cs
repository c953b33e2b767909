using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Queue;
using LockNGen.Messaging;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Ledger;

/// <summary>
/// The state machine of a generation; nothing else changes its status.
/// <code>
/// queued ──dispatch──> dispatched ──claim──> running ──outcome──> completed | failed | cancelled
///   ^  ^─────recall────────┘                    │
///   └───────────────take back───────────────────┘        any of the three ──end──> failed | cancelled
/// </code>
/// Every transition is one compare-and-set on status and attempt in the caller's transaction, with its event in the outbox. Claim, take
/// back and end take the next attempt, which fences off a watcher that still acts for the one before.
/// </summary>
internal sealed class GenerationLedger(EventOutbox outbox, SchedulerSignal scheduler, Endings endings, Links links, GenerationMetrics metrics, TimeProvider clock)
{
    /// <summary>Reads a generation.</summary>
    public static Task<GenerationRow?> FindAsync(DatabaseSession session, Guid id) =>
        session.FirstOrDefaultAsync<GenerationRow>($"SELECT {GenerationRow.Columns} FROM generations WHERE id = @id", new { id });

    /// <summary>queued to dispatched: it is offered to the watcher of an instance.</summary>
    public static async Task<bool> DispatchAsync(DatabaseSession session, Guid id, string instance, string watcher) => await session.ExecuteAsync(
        """
        UPDATE generations SET status = 'dispatched', instance = @instance, watcher = @watcher, dispatched_at = @Now
        WHERE id = @id AND status = 'queued' AND cancel_requested_at IS NULL
        """,
        new { id, instance, watcher, session.Now }) == 1;

    /// <summary>dispatched to queued: no watcher claimed it. No attempt was made, so none is counted.</summary>
    public static Task<int> RecallAsync(DatabaseSession session, DateTimeOffset dispatchedBefore) => session.ExecuteAsync(
        """
        UPDATE generations SET status = 'queued', watcher = NULL, dispatched_at = NULL,
            claims = claims + (SELECT COUNT(*) FROM instances i WHERE i.name = generations.instance AND i.watcher = generations.watcher AND i.state = 'up')
        WHERE status = 'dispatched' AND ended_at IS NULL AND (dispatched_at < @dispatchedBefore OR NOT EXISTS (
            SELECT 1 FROM instances i WHERE i.name = generations.instance AND i.watcher = generations.watcher AND i.state = 'up'))
        """,
        new { dispatchedBefore });

    /// <summary>dispatched to running: the watcher renders it, as the next attempt. ComfyUI may have others to render first.</summary>
    public static Task<GenerationRow?> ClaimAsync(DatabaseSession session, GenerationRow row, ClaimGeneration claim) =>
        session.FirstOrDefaultAsync<GenerationRow>(
            $"""
            UPDATE generations SET status = 'running', attempt = attempt + 1, tries = tries + 1, event_number = 0, claim_id = @ClaimId,
                claimed_after = CASE WHEN event_number > 0 THEN attempt * @AttemptFactor + event_number END,
                begun = 0, waits_behind = NULL, render_seconds = 0, quiet_seconds = 0, attempt_started_at = @Now, held_at = @Now
            WHERE id = @Id AND attempt = @Attempt AND status = 'dispatched' AND instance = @Instance AND watcher = @Watcher
            RETURNING {GenerationRow.Columns}
            """,
            new { row.Id, row.Attempt, claim.ClaimId, claim.Instance, claim.Watcher, GenerationSequence.AttemptFactor, session.Now });

    /// <summary>ComfyUI has started what was claimed: its time limit runs from now on.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="id">The generation.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="begunAt">When it did; null counts from the claim.</param>
    /// <returns>The generation, if this was news.</returns>
    public static Task<GenerationRow?> BeginAsync(DatabaseSession session, Guid id, int attempt, DateTimeOffset? begunAt) =>
        session.FirstOrDefaultAsync<GenerationRow>(
            $"""
            UPDATE generations SET begun = 1, claims = 0, waits_behind = NULL, started_at = COALESCE(started_at, @begunAt, attempt_started_at),
                attempt_started_at = COALESCE(@begunAt, attempt_started_at)
            WHERE id = @id AND attempt = @attempt AND status = 'running' AND begun = 0 RETURNING {GenerationRow.Columns}
            """,
            new { id, attempt, begunAt });

    /// <summary>
    /// running to queued: the work comes back and is offered again, under the next attempt. With a cancel request it ends instead.
    /// </summary>
    /// <param name="session">The transaction.</param>
    /// <param name="row">The running generation.</param>
    /// <param name="wasLost">Whether its render is lost; a lost watcher's render may still be adopted.</param>
    /// <param name="workerDied">Whether ComfyUI's worker died while it rendered this.</param>
    /// <param name="isRetry">Whether it counts as a retry, if it was lost.</param>
    /// <param name="wasUnclaimed">Whether its watcher is alive and does not know that it holds it.</param>
    public async Task<bool> TakeBackAsync(
        DatabaseSession session, GenerationRow row, bool wasLost, bool workerDied = false, bool isRetry = true, bool wasUnclaimed = false)
    {
        if (row.CancelRequestedAt is not null)
            return await EndAsRequestedAsync(session, row);

        var back = await session.FirstOrDefaultAsync<GenerationRow>(
            $"""
            UPDATE generations SET status = 'queued', attempt = attempt + 1, event_number = 1, claim_id = NULL, watcher = NULL,
                dispatched_at = NULL, held_at = NULL, retries = retries + @lost, deaths = deaths + @died, claims = claims + @unclaimed, lost_on = @lostOn, lost_at = @Now, told_at = @Now,
                overall_progress = CASE
                    WHEN progress_floor > 99 AND overall_progress < 99 THEN 99
                    WHEN progress_floor > overall_progress AND overall_progress < 99 THEN progress_floor ELSE overall_progress END,
                begun = 0, waits_behind = NULL, rendered_seconds = rendered_seconds + render_seconds, render_seconds = 0, quiet_seconds = 0
            WHERE id = @Id AND attempt = @Attempt AND status = 'running' RETURNING {GenerationRow.Columns}
            """,
            new
            {
                row.Id,
                row.Attempt,
                lost = wasLost && isRetry ? 1 : 0,
                died = workerDied ? 1 : 0,
                unclaimed = wasUnclaimed ? 1 : 0,
                lostOn = wasLost ? row.Instance : null,
                session.Now,
            });
        if (back is null)
            return false;
        var place = await WaitingList.PlaceOfAsync(session, back.Id) ?? new QueuePlace(0, 0);
        await session.ExecuteAsync("UPDATE generations SET told_position = @Position WHERE id = @Id", new { back.Id, place.Position });
        await AnnounceQueuedAsync(session, QueuedEvent(back.Id, back.Attempt, back.EventNumber, place), back.Owner, back.TraceParent);
        return true;
    }

    /// <summary>Announces a generation that has just been queued, and has it dispatched.</summary>
    public async Task AnnounceQueuedAsync(DatabaseSession session, GenerationQueued queued, string? owner, string? traceParent)
    {
        await outbox.AddAsync(session, queued, owner, traceParent);
        session.AfterCommit(scheduler.Set);
    }

    /// <summary>The event that reports a waiting generation's place.</summary>
    public GenerationQueued QueuedEvent(Guid id, int attempt, long number, QueuePlace place) => new()
    {
        GenerationId = id,
        Sequence = GenerationSequence.Of(attempt, number),
        // All events before a claim are like this one.
        StateSequence = number > 1 ? GenerationSequence.Of(attempt, number - 1) : null,
        Timestamp = clock.GetUtcNow(),
        Data = new GenerationQueuedData { Position = place.Position, EstimatedWaitSeconds = place.EstimatedWaitSeconds },
    };

    /// <summary>running to ended: the watcher's outcome, stored exactly as it will be published.</summary>
    public async Task<bool> RecordOutcomeAsync(DatabaseSession session, GenerationRow row, GenerationEvent outcome, string json)
    {
        var recorded = await session.ExecuteAsync(
            """
            UPDATE generations SET status = @Status, outcome = @json, outcome_attempt = attempt, outcome_sent_at = @Now, error = @Error,
                ended_at = @Now, overall_progress = CASE WHEN @Status = 'completed' THEN 100 ELSE overall_progress END
            WHERE id = @Id AND attempt = @Attempt AND status = 'running'
            """,
            new { row.Id, row.Attempt, session.Now, json, Status = StatusOf(outcome), Error = ErrorOf(outcome) }) == 1;
        if (recorded)
            await AfterEndAsync(session, row, outcome);
        return recorded;
    }

    /// <summary>
    /// Any of queued, dispatched and running to ended, on the API's own authority: takes the next attempt, so that no claim or outcome of
    /// an earlier one counts any more. It fails with the error, or without one is cancelled.
    /// </summary>
    public async Task<bool> EndAsync(DatabaseSession session, GenerationRow row, GenerationError? error, string reason)
    {
        // Only the watcher of a running one knows how far it has got.
        long? before = row.EventNumber > 0 ? GenerationSequence.Of(row.Attempt, row.EventNumber) : null;
        GenerationEvent outcome = error is null
            ? new GenerationCancelled
            {
                GenerationId = row.Id,
                Sequence = GenerationSequence.Of(row.Attempt + 1, 1),
                StateSequence = before,
                Timestamp = clock.GetUtcNow(),
                Data = new GenerationCancelledData
                {
                    Reason = reason, Images = await ImagesAsync(session, row.Id), Warnings = await WarningsAsync(session, row.Id),
                },
            }
            : new GenerationFailed
            {
                GenerationId = row.Id,
                Sequence = GenerationSequence.Of(row.Attempt + 1, 1),
                StateSequence = before,
                Timestamp = clock.GetUtcNow(),
                Data = new GenerationFailedData
                {
                    Error = error, Images = await ImagesAsync(session, row.Id), Warnings = await WarningsAsync(session, row.Id),
                },
            };
        outcome = OutcomeSize.Fit(outcome);
        var json = Encoding.UTF8.GetString(ContractsJson.Serialize(outcome));
        var ended = await session.ExecuteAsync(
            """
            UPDATE generations SET status = @Status, attempt = attempt + 1, event_number = 1, outcome = @json, outcome_attempt = attempt + 1,
                outcome_sent_at = @Now, error = @Error, ended_at = @Now
            WHERE id = @Id AND attempt = @Attempt AND ended_at IS NULL
            """,
            new { row.Id, row.Attempt, session.Now, json, Status = StatusOf(outcome), Error = ErrorOf(outcome) }) == 1;
        if (!ended)
            return false;
        await outbox.AddAsync(session, row.Id, outcome.Type, json, row.Owner, row.TraceParent);
        await AfterEndAsync(session, row, outcome);
        return true;
    }

    /// <summary>
    /// Asks for a running generation's end: its watcher stops it, and the outcome that it reports decides. One that does not run ends
    /// at once. With an error it fails (its deadline passed), without one it is cancelled.
    /// </summary>
    public async Task<bool> RequestEndAsync(DatabaseSession session, GenerationRow row, string reason, GenerationError? error)
    {
        if (row.Status != GenerationStatus.Running)
            return await EndAsync(session, row, error, reason);
        var requested = await session.ExecuteAsync(
            """
            UPDATE generations SET cancel_requested_at = @Now, cancel_reason = @reason, cancel_error = @error
            WHERE id = @Id AND attempt = @Attempt AND status = 'running' AND cancel_requested_at IS NULL
            """,
            new
            {
                row.Id,
                row.Attempt,
                session.Now,
                reason,
                error = error is null ? null : JsonSerializer.Serialize(error, StoredJson.Default.GenerationError),
            }) == 1;
        session.AfterCommit(scheduler.Set);
        return requested;
    }

    /// <summary>Ends a generation as its cancel request asks: cancelled, or failed when the request is a deadline.</summary>
    public Task<bool> EndAsRequestedAsync(DatabaseSession session, GenerationRow row) => EndAsync(
        session,
        row,
        row.CancelError is { } error ? JsonSerializer.Deserialize(error, StoredJson.Default.GenerationError) : null,
        row.CancelReason ?? "user");

    private async Task<IReadOnlyList<GenerationImage>> ImagesAsync(DatabaseSession session, Guid id) =>
        [.. (await ImageRow.OfAsync(session, id)).Select(i => i.ToContract(links))];

    /// <summary>The warnings of the submission: only the watcher knows those of the rendering.</summary>
    private static async Task<IReadOnlyList<GenerationWarning>> WarningsAsync(DatabaseSession session, Guid id) =>
        await session.ScalarAsync<string>("SELECT warnings FROM generation_inputs WHERE generation_id = @id", new { id }) is { } warnings
            ? JsonSerializer.Deserialize(warnings, StoredJson.Default.IReadOnlyListGenerationWarning) ?? []
            : [];

    private async Task AfterEndAsync(DatabaseSession session, GenerationRow row, GenerationEvent outcome)
    {
        // They are no longer needed.
        await session.ExecuteAsync("UPDATE generation_inputs SET secrets = NULL WHERE generation_id = @Id AND secrets IS NOT NULL", new { row.Id });
        session.AfterCommit(() =>
        {
            scheduler.Set();
            endings.Notify(row.Id);
            metrics.Ended(outcome.Type, row);
        });
    }

    private static string StatusOf(GenerationEvent outcome) => outcome.Type["generation.".Length..];

    private static string? ErrorOf(GenerationEvent outcome) =>
        outcome is GenerationFailed failed ? JsonSerializer.Serialize(failed.Data.Error, StoredJson.Default.GenerationError) : null;
}
