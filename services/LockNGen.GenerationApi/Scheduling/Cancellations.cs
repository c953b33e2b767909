using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Scheduling;

/// <summary>Requests to end running generations, which their watchers carry out.</summary>
internal sealed class Cancellations(GenerationsDatabase database, GenerationLedger ledger, IOptions<QueueOptions> options)
{
    private const int MaxPerPass = 200;
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(2);

    /// <summary>Repeats cancel requests that wait for their watcher, and after a while carries them out without it.</summary>
    public Task<IReadOnlyList<CancelOrder>> CollectAsync(CancellationToken cancellationToken) => database.WriteAsync(CollectAsync, cancellationToken);

    private async Task<IReadOnlyList<CancelOrder>> CollectAsync(DatabaseSession session)
    {
        var orders = new List<CancelOrder>();
        foreach (var row in await session.QueryAsync<GenerationRow>(
            $"""
            SELECT {GenerationRow.Columns} FROM generations WHERE ended_at IS NULL AND status = 'running' AND cancel_requested_at IS NOT NULL
                AND (cancel_sent_at IS NULL OR cancel_sent_at < @repeatBefore) LIMIT @MaxPerPass
            """,
            new { repeatBefore = session.Now - Repeat, MaxPerPass }))
        {
            // Sent at least once, however long it has waited: this process may have been away.
            if (row.CancelSentAt is not null && row.CancelRequestedAt < session.Now - options.Value.CancelTimeout)
            {
                await ledger.EndAsRequestedAsync(session, row);
                continue;
            }

            await session.ExecuteAsync("UPDATE generations SET cancel_sent_at = @Now WHERE id = @Id", new { row.Id, session.Now });
            orders.Add(new CancelOrder(row.Watcher!, row.TraceParent, new CancelGeneration
            {
                GenerationId = row.Id,
                Instance = row.Instance!,
                Reason = row.CancelReason ?? "user",
                Error = row.CancelError is { } error ? JsonSerializer.Deserialize(error, StoredJson.Default.GenerationError) : null,
            }));
        }

        return orders;
    }
}

/// <summary>A cancellation to tell a watcher.</summary>
internal sealed record CancelOrder(string Watcher, string? TraceParent, CancelGeneration Command);
