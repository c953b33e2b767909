using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Scheduling;

/// <summary>Announces waiting generations' new places, each at most once a second and never while an earlier notice is still unpublished.</summary>
internal sealed class PositionNotices(GenerationsDatabase database, GenerationLedger ledger, EventOutbox outbox)
{
    /// <summary>A long queue moves as one: the rest is reported by the next sweeps, longest unreported first.</summary>
    private const int MaxPerSweep = 100;
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        var moved = await database.ReadAsync(
            session => WaitingList.MovedAsync(session, session.Now - MinInterval, MaxPerSweep), cancellationToken);
        if (moved.Count > 0)
            await database.WriteAsync(session => AnnounceAsync(session, moved), cancellationToken);
    }

    private async Task AnnounceAsync(DatabaseSession session, IReadOnlyList<WaitingRow> moved)
    {
        var speed = await QueueSpeed.ReadAsync(session);
        foreach (var row in moved)
        {
            var announced = await session.ExecuteAsync(
                """
                UPDATE generations SET event_number = event_number + 1, told_position = @Position, told_at = @Now
                WHERE id = @Id AND attempt = @Attempt AND event_number = @EventNumber AND status = 'queued'
                """,
                new { row.Id, row.Attempt, row.EventNumber, row.Position, session.Now });
            if (announced == 0)
                continue;
            var place = new QueuePlace(row.Position, speed.WaitSeconds(row.Position, row.SecondsAhead));
            await outbox.AddAsync(session, ledger.QueuedEvent(row.Id, row.Attempt, row.EventNumber + 1, place), row.Owner, row.TraceParent);
        }
    }
}
