using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Scheduling;

/// <summary>Finds work that went silent or ran out of time, and makes sure that every generation ends.</summary>
internal sealed partial class Sweeper(
    GenerationsDatabase database,
    GenerationLedger ledger,
    Deadlines deadlines,
    HeartbeatLiveness liveness,
    EventOutbox outbox,
    IOptions<QueueOptions> options,
    GenerationMetrics metrics,
    ILogger<Sweeper> logger)
{
    private const int MaxPerSweep = 200;

    /// <summary>One sweep.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var isReliable = await liveness.IsReliableAsync(session);
            if (isReliable)
                await ExpireLeasesAsync(session);
            await TakeBackAsync(session, isReliable ? session.Now - options.Value.Lease : DateTimeOffset.UnixEpoch);
            await GenerationLedger.RecallAsync(session, session.Now - options.Value.ClaimTimeout);
            await EndUnclaimableAsync(session);
            await deadlines.EndOverdueAsync(session);
            await RepublishAsync(session);
        },
        cancellationToken);

    private async Task ExpireLeasesAsync(DatabaseSession session)
    {
        foreach (var name in await session.QueryAsync<string>(
            "UPDATE instances SET watcher = NULL WHERE watcher IS NOT NULL AND lease_until < @Now RETURNING name", new { session.Now }))
        {
            session.AfterCommit(() => LogExpired(name));
        }
    }

    /// <summary>Work whose watcher lost the instance, or stopped listing it.</summary>
    private async Task TakeBackAsync(DatabaseSession session, DateTimeOffset silentSince)
    {
        foreach (var row in await session.QueryAsync<GenerationRow>(
            $"""
            SELECT {GenerationRow.Columns} FROM generations g
            WHERE status = 'running' AND ended_at IS NULL
                AND (held_at < @silentSince OR NOT EXISTS (SELECT 1 FROM instances i WHERE i.name = g.instance AND i.watcher = g.watcher))
            LIMIT @MaxPerSweep
            """,
            new { silentSince, MaxPerSweep }))
        {
            var lives = row.Begun ? null : await session.ScalarAsync<string>("SELECT watcher FROM instances WHERE name = @Instance", new { row.Instance });
            if (await ledger.TakeBackAsync(session, row, wasLost: false, wasUnclaimed: lives is not null && lives == row.Watcher))
            {
                session.AfterCommit(() =>
                {
                    metrics.CameBack("watcher");
                    LogTakenBack(row.Id, row.Attempt, row.Watcher ?? "");
                });
            }
        }
    }

    /// <summary>
    /// Work that live watchers were given again and again but never received: a claim that cannot be read, or that is too large for the broker, will not
    /// work the next time either.
    /// </summary>
    private async Task EndUnclaimableAsync(DatabaseSession session)
    {
        foreach (var row in await session.QueryAsync<GenerationRow>(
            $"SELECT {GenerationRow.Columns} FROM generations WHERE status = 'queued' AND ended_at IS NULL AND claims >= @MaxClaims LIMIT @MaxPerSweep",
            new { options.Value.MaxClaims, MaxPerSweep }))
        {
            var error = new GenerationError
            {
                Code = GenerationErrorCodes.InternalError,
                Message = $"It was handed over {options.Value.MaxClaims} times, to healthy watchers, and could not be claimed; the last time on {row.Instance}.",
                Retryable = false,
            };
            if (await ledger.EndAsync(session, row, error, error.Code))
                session.AfterCommit(() => LogUnclaimable(row.Id, options.Value.MaxClaims));
        }
    }

    /// <summary>Outcomes whose event has not come back from the broker: its publisher died first.</summary>
    private async Task RepublishAsync(DatabaseSession session)
    {
        foreach (var row in await session.QueryAsync<GenerationRow>(
            $"""
            UPDATE generations SET outcome_sent_at = @Now
            WHERE id IN (
                SELECT id FROM generations g
                WHERE ended_at IS NOT NULL AND outcome_seen_at IS NULL AND outcome_sent_at < @sentBefore
                    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.generation_id = g.id)
                ORDER BY ended_at LIMIT @MaxPerSweep)
            RETURNING {GenerationRow.Columns}
            """,
            new { session.Now, sentBefore = session.Now - options.Value.OutcomeTimeout, MaxPerSweep }))
        {
            await outbox.AddAsync(session, row.Id, "generation." + row.Status.WireName(), row.Outcome!, row.Owner, row.TraceParent);
            session.AfterCommit(() => LogRepublished(row.Id));
        }
    }

    [LoggerMessage(LogLevel.Error, "Generation {GenerationId} was handed over {Times} times and could not be claimed; it is given up")]
    private partial void LogUnclaimable(Guid generationId, int times);

    [LoggerMessage(LogLevel.Warning, "The lease of instance {Instance} has expired: its watcher is silent")]
    private partial void LogExpired(string instance);

    [LoggerMessage(LogLevel.Warning, "Generation {GenerationId}: attempt {Attempt} taken back from watcher {Watcher}")]
    private partial void LogTakenBack(Guid generationId, int attempt, string watcher);

    [LoggerMessage(LogLevel.Warning, "Generation {GenerationId}: its outcome did not come back from the broker and is published again")]
    private partial void LogRepublished(Guid generationId);
}
