using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Instances;

/// <summary>
/// Which watcher owns which instance: the first that reports a free one, as long as its heartbeats come. The column <c>watcher</c> is the
/// lease; only the sweep of the scheduler clears it when the time is over, and only while heartbeats can arrive at all.
/// </summary>
internal sealed partial class Leases(
    GenerationsDatabase database, Installation installation, SchedulerSignal scheduler, IOptions<QueueOptions> options, GenerationMetrics metrics, ILogger<Leases> logger)
{
    /// <summary>A watcher's clock may have been changed; a catalog read this long ago counts as never read.</summary>
    private const double MaxAgeSeconds = 31_536_000;

    /// <summary>Renews the watcher's leases, takes free instances, and notes what it holds.</summary>
    public async Task<HeartbeatAnswer> RenewAsync(WatcherHeartbeat heartbeat, CancellationToken cancellationToken) =>
        await NoteAsync(heartbeat, cancellationToken) with { InstallationId = await installation.IdAsync(cancellationToken) };

    private Task<HeartbeatAnswer> NoteAsync(WatcherHeartbeat heartbeat, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var abandon = await HeldWork.NoteAsync(session, heartbeat.Held, metrics);
            if (heartbeat.Leaving)
            {
                await ReleaseAsync(session, heartbeat.Watcher);
                return ResponseOf([], abandon, [], []);
            }

            var owned = new List<InstanceReport>();
            foreach (var report in heartbeat.Instances)
            {
                if (await RenewAsync(session, heartbeat.Watcher, report))
                    owned.Add(report);
            }

            return ResponseOf([.. owned.Select(o => o.Name)], abandon, await WithoutCatalogAsync(session, owned), await WithDoubtedCatalogAsync(session, owned));
        },
        cancellationToken);

    private HeartbeatAnswer ResponseOf(IReadOnlyList<string> owned, IReadOnlyList<Guid> abandon, IReadOnlyList<string> catalogsWanted, IReadOnlyList<string> catalogsDoubted) => new()
    {
        Owned = owned,
        LeaseSeconds = options.Value.Lease.TotalSeconds,
        Abandon = abandon,
        CatalogsWanted = catalogsWanted,
        CatalogsDoubted = catalogsDoubted,
    };

    private async Task<bool> RenewAsync(DatabaseSession session, string watcher, InstanceReport report)
    {
        var before = await session.FirstOrDefaultAsync<InstanceRow>("SELECT * FROM instances WHERE name = @Name", new { report.Name });
        var renewed = await session.ExecuteAsync(
            """
            INSERT INTO instances
                (name, watcher, lease_until, state, reason, reason_code, labels, capacity, version, queue_remaining, others_remaining, catalog_hash, catalog_read_at, reported_at)
            VALUES (@Name, @watcher, @until, @state, @Reason, @ReasonCode, @labels, @Capacity, @Version, @QueueRemaining, @OthersRemaining, @CatalogHash, @readAt, @Now)
            ON CONFLICT (name) DO UPDATE SET watcher = excluded.watcher, lease_until = excluded.lease_until, state = excluded.state,
                reason = excluded.reason, reason_code = excluded.reason_code, labels = excluded.labels, capacity = excluded.capacity, version = excluded.version,
                queue_remaining = excluded.queue_remaining, others_remaining = excluded.others_remaining, catalog_hash = excluded.catalog_hash,
                catalog_read_at = excluded.catalog_read_at, reported_at = excluded.reported_at
            WHERE instances.watcher IS NULL OR instances.watcher = excluded.watcher
            """,
            new
            {
                report.Name,
                watcher,
                until = session.Now + options.Value.Lease,
                state = InstanceRow.StateName(report.State),
                report.Reason,
                report.ReasonCode,
                labels = JsonSerializer.Serialize(new Dictionary<string, string>(report.Labels), StoredJson.Default.DictionaryStringString),
                Capacity = Math.Max(1, report.Capacity),
                report.Version,
                report.QueueRemaining,
                report.OthersRemaining,
                report.CatalogHash,
                readAt = report.CatalogAgeSeconds is { } age and >= 0 and < MaxAgeSeconds ? session.Now.AddSeconds(-age) : (DateTimeOffset?)null,
                session.Now,
            }) == 1;
        if (!renewed)
            return false;

        if (before?.Watcher != watcher)
            session.AfterCommit(() => LogTaken(watcher, report.Name));
        if (before?.Watcher != watcher || before.State != report.State || before.Capacity != report.Capacity || before.CatalogHash != report.CatalogHash)
            session.AfterCommit(scheduler.Set);
        return true;
    }

    private async Task ReleaseAsync(DatabaseSession session, string watcher)
    {
        await session.ExecuteAsync("UPDATE instances SET watcher = NULL, lease_until = 0 WHERE watcher = @watcher", new { watcher });
        session.AfterCommit(() => LogReleased(watcher));
        session.AfterCommit(scheduler.Set);
    }

    private static Task<IReadOnlyList<string>> WithoutCatalogAsync(DatabaseSession session, List<InstanceReport> owned) => owned.Count == 0
        ? Task.FromResult<IReadOnlyList<string>>([])
        : session.QueryAsync<string>(
            """
            SELECT name FROM instances i
            WHERE name IN @names AND catalog_hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM catalogs c WHERE c.hash = i.catalog_hash)
            """,
            new { names = SqlList.Of(owned.Select(o => o.Name)) });

    /// <summary>They stay in doubt until read again.</summary>
    private static Task<IReadOnlyList<string>> WithDoubtedCatalogAsync(DatabaseSession session, List<InstanceReport> owned) => owned.Count == 0
        ? Task.FromResult<IReadOnlyList<string>>([])
        : session.QueryAsync<string>(
            "SELECT name FROM instances WHERE name IN @names AND catalog_doubted_at IS NOT NULL AND (catalog_read_at IS NULL OR catalog_read_at < catalog_doubted_at)",
            new { names = SqlList.Of(owned.Select(o => o.Name)) });

    [LoggerMessage(LogLevel.Information, "Watcher {Watcher} owns instance {Instance}")]
    private partial void LogTaken(string watcher, string instance);

    [LoggerMessage(LogLevel.Information, "Watcher {Watcher} leaves and releases its instances")]
    private partial void LogReleased(string watcher);
}
