using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Messaging;
using LockNGen.Storage;
using MassTransit;

namespace LockNGen.GenerationApi.Ledger;

/// <summary>Returns to a gateway what the database knows about a generation missing from its ring.</summary>
internal sealed class SnapshotConsumer(GenerationsDatabase database, Links links) : IConsumer<GetSnapshot>
{
    public async Task Consume(ConsumeContext<GetSnapshot> context) => await context.RespondAsync(
        await database.ReadAsync(session => SnapshotAsync(session, context.Message.GenerationId), context.CancellationToken));

    private async Task<SnapshotAnswer> SnapshotAsync(DatabaseSession session, Guid id)
    {
        if (await GenerationLedger.FindAsync(session, id) is not { } row)
            return await OtherGeneration.FindAsync(session, id) is { } other ? SnapshotOf(other, session.Now) : new SnapshotAnswer();

        var place = row.Status == GenerationStatus.Queued ? await WaitingList.PlaceOfAsync(session, id) : null;
        var outcome = row.Outcome is { } json ? StoredEvent.Of(json) : null;
        return new SnapshotAnswer
        {
            Owner = row.Owner,
            AgeSeconds = (session.Now - row.CreatedAt).TotalSeconds,
            Snapshot = OutcomeSize.Fit(new GenerationSnapshot
            {
                GenerationId = id,
                Sequence = outcome?.Sequence ?? GenerationSequence.Of(row.Attempt, row.EventNumber),
                Timestamp = session.Now,
                Data = new GenerationSnapshotData
                {
                    Status = row.VisibleStatus,
                    Attempt = row.Tries,
                    WaitsBehind = row.WaitsBehind,
                    Position = place?.Position,
                    EstimatedWaitSeconds = place?.EstimatedWaitSeconds,
                    Instance = row.Status is GenerationStatus.Queued or GenerationStatus.Dispatched || (!row.Begun && row.WaitsBehind is null && !row.HasEnded) ? null : row.Instance,
                    OverallProgress = row.OverallProgress,
                    TotalImages = row.Count,
                    Images = [.. (await ImageRow.OfAsync(session, id)).Select(i => i.ToContract(links))],
                    Error = (outcome as GenerationFailed)?.Data.Error,
                    Reason = (outcome as GenerationCancelled)?.Data.Reason,
                    Warnings = StoredEvent.Warnings(outcome),
                    DurationSeconds = (outcome as GenerationCompleted)?.Data.DurationSeconds,
                },
            }),
        };
    }

    private static SnapshotAnswer SnapshotOf(OtherGeneration other, DateTimeOffset now)
    {
        var outcome = other.Ending;
        return new SnapshotAnswer
        {
            AgeSeconds = (now - other.StartedAt).TotalSeconds,
            Snapshot = OutcomeSize.Fit(new GenerationSnapshot
            {
                GenerationId = other.Id,
                Sequence = outcome?.Sequence ?? GenerationSequence.Of(OtherGeneration.Attempt, 1),
                Timestamp = now,
                Data = new GenerationSnapshotData
                {
                    Status = other.Status,
                    Attempt = OtherGeneration.Attempt,
                    Instance = other.Instance,
                    OverallProgress = outcome is GenerationCompleted ? 100 : 0,
                    TotalImages = 1,
                    Images = StoredEvent.Images(outcome),
                    Error = (outcome as GenerationFailed)?.Data.Error,
                    Reason = (outcome as GenerationCancelled)?.Data.Reason,
                    Warnings = StoredEvent.Warnings(outcome),
                    DurationSeconds = (outcome as GenerationCompleted)?.Data.DurationSeconds,
                },
            }),
        };
    }
}
