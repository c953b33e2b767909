using System.Diagnostics;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Attempts;

/// <summary>Decides what a watcher reports: the first outcome of the current attempt stands, everything else is superseded.</summary>
internal sealed partial class OutcomeConsumer(
    GenerationsDatabase database, GenerationLedger ledger, CatalogStore catalogs, IOptions<QueueOptions> options, GenerationMetrics metrics, ILogger<OutcomeConsumer> logger)
    : IConsumer<ReportOutcome>
{
    /// <summary>Each is held back for minutes, so this takes days; then it counts as lost nevertheless.</summary>
    private const int MaxRefusedAttempts = 2000;

    public async Task Consume(ConsumeContext<ReportOutcome> context)
    {
        var report = context.Message;
        var reportedAt = DateTimeOffset.UtcNow;
        var others = report.Refused ? await catalogs.AllAsync(context.CancellationToken) : [];
        var (row, decision) = await database.WriteAsync(session => DecideAsync(session, report, others), context.CancellationToken);
        // The report does not carry the generation's trace; only the row has it.
        using var activity = row?.TraceParent is { } trace
            ? Diagnostics.Activities.StartActivity("record outcome", ActivityKind.Server, trace, startTime: reportedAt)
            : null;
        activity?.SetTag("lockngen.generation", report.GenerationId).SetTag("lockngen.attempt", report.Attempt).SetTag("lockngen.verdict", decision.Verdict);
        LogDecision(report.GenerationId, report.Attempt, report.Watcher, decision.Verdict);
        await context.RespondAsync(decision);
    }

    private async Task<(GenerationRow? Row, OutcomeDecision Decision)> DecideAsync(
        DatabaseSession session, ReportOutcome report, IReadOnlyList<(InstanceRow Instance, NodeCatalog? Catalog)> others)
    {
        var row = await GenerationLedger.FindAsync(session, report.GenerationId);
        return (row, row?.Attempt == report.Attempt ? await DecideAsync(session, row, report, others) : Superseded(row));
    }

    private async Task<OutcomeDecision> DecideAsync(
        DatabaseSession session, GenerationRow row, ReportOutcome report, IReadOnlyList<(InstanceRow Instance, NodeCatalog? Catalog)> others)
    {
        if (row.HasEnded)
        {
            // The answer to the first report was lost: the same event still stands.
            return report.Event is { } repeated && repeated.GetRawText() == row.Outcome
                ? new OutcomeDecision { Verdict = OutcomeVerdict.Publish }
                : Superseded(row);
        }

        row = await NoteRenderingAsync(session, row, report);
        if (report.Event is { } outcome)
        {
            if (!await RecordAsync(session, row, outcome))
                return Superseded(row);
            return new OutcomeDecision { Verdict = OutcomeVerdict.Publish };
        }

        if (report is { Refused: true, Lost: { } refusal } && !await CanGoElsewhereAsync(session, row, others))
            await ledger.EndAsync(session, row, refusal, refusal.Code);
        else
            await TakeBackAsync(session, row, report);
        return new OutcomeDecision { Verdict = OutcomeVerdict.TakenBack };
    }

    /// <summary>ComfyUI refused what its catalog should have: the catalog is read again, and another capable instance gets the work.</summary>
    private static async Task<bool> CanGoElsewhereAsync(
        DatabaseSession session, GenerationRow row, IReadOnlyList<(InstanceRow Instance, NodeCatalog? Catalog)> others)
    {
        await CatalogStore.DoubtAsync(session, row.Instance!);
        var json = await session.ScalarAsync<string>("SELECT plan FROM generation_inputs WHERE generation_id = @Id", new { row.Id });
        var plan = JsonSerializer.Deserialize(json!, StoredJson.Default.RenderPlan)!;
        return row.CancelRequestedAt is not null
            || others.Any(o => o.Instance.Name != row.Instance && o.Instance.State == InstanceState.Up && plan.FitsTo(o.Catalog, row.NeedsCatalog));
    }

    /// <summary>A short render may begin and end between two heartbeats. Older watchers do not report it; what they have completed, they began.</summary>
    private async Task<GenerationRow> NoteRenderingAsync(DatabaseSession session, GenerationRow row, ReportOutcome report)
    {
        if (report.RenderSeconds is null && report.Event?.GetProperty("type").GetString() != GenerationEventTypes.Completed)
            return row;
        if (await GenerationLedger.BeginAsync(session, row.Id, row.Attempt, report.RenderSeconds is { } seconds ? session.Now - TimeSpan.FromSeconds(seconds) : null) is { Tries: 1 } begun)
            session.AfterCommit(() => metrics.Started(begun));
        return (await session.FirstOrDefaultAsync<GenerationRow>(
            $"""
            UPDATE generations SET render_seconds = COALESCE(CAST(@RenderSeconds AS DOUBLE PRECISION), render_seconds)
            WHERE id = @Id AND attempt = @Attempt RETURNING {GenerationRow.Columns}
            """,
            new { row.Id, row.Attempt, report.RenderSeconds }))!;
    }

    private async Task<bool> RecordAsync(DatabaseSession session, GenerationRow row, JsonElement outcome)
    {
        var json = outcome.GetRawText();
        var type = outcome.GetProperty("type").GetString()!;
        if (!GenerationEventTypes.IsTerminal(type))
            throw new JsonException($"A '{type}' event does not end a generation.");
        var message = ContractsJson.Deserialize(type, System.Text.Encoding.UTF8.GetBytes(json));
        if (message.GenerationId != row.Id || GenerationSequence.Attempt(message.Sequence) != row.Attempt)
            throw new JsonException($"Event {message.Sequence} of {message.GenerationId} is not an outcome of attempt {row.Attempt} of {row.Id}.");
        if (!await ledger.RecordOutcomeAsync(session, row, message, json))
            return false;
        if (message is GenerationCompleted)
            await Durations.LearnAsync(session, row);
        return true;
    }

    /// <summary>
    /// A lost render is retried, as often as options allow; but what has killed two workers would kill a third, and what an instance
    /// did not accept at all waits until its time in the queue is over.
    /// </summary>
    private async Task TakeBackAsync(DatabaseSession session, GenerationRow row, ReportOutcome report)
    {
        var lost = report.Lost;
        metrics.CameBack(report.NotTaken ? "not_taken" : "lost");
        if (report.NotTaken && row.Attempt < MaxRefusedAttempts)
        {
            await ledger.TakeBackAsync(session, row, wasLost: true, isRetry: false);
            return;
        }

        var workerDied = lost?.Code == GenerationErrorCodes.WorkerDied;
        if (row.CancelRequestedAt is null && workerDied && row.Deaths > 0)
        {
            await ledger.EndAsync(session, row, DeathsFollowIt(row), GenerationErrorCodes.WorkerDied);
            return;
        }

        if (row.Retries < options.Value.MaxRetries || row.CancelRequestedAt is not null)
        {
            await ledger.TakeBackAsync(session, row, wasLost: true, workerDied);
            return;
        }

        var error = report.Lost ?? new GenerationError { Code = GenerationErrorCodes.ComfyUiLost, Message = "The ComfyUI server was lost.", Retryable = true };
        await ledger.EndAsync(session, row, error with { Message = $"{error.Message} (given up after {row.Retries} retries)" }, error.Code);
    }

    private static GenerationError DeathsFollowIt(GenerationRow row)
    {
        var where = row.LostOn is { } before && before != row.Instance ? $"on {before} and then on {row.Instance}" : $"on {row.Instance}, {row.Deaths + 1} times";
        return new GenerationError
        {
            Code = GenerationErrorCodes.WorkerDied,
            Message = $"ComfyUI's worker died while it rendered this, {where}: the workflow, or one of its nodes, is the likely cause. It is not tried again.",
            Retryable = false,
        };
    }

    private static OutcomeDecision Superseded(GenerationRow? row) => new()
    {
        Verdict = OutcomeVerdict.Superseded,
        StandingEvent = row?.Outcome is { } standing ? JsonElement.Parse(standing) : null,
    };

    [LoggerMessage(LogLevel.Information, "Generation {GenerationId}: outcome of attempt {Attempt} reported by {Watcher}: {Verdict}")]
    private partial void LogDecision(Guid generationId, int attempt, string watcher, OutcomeVerdict verdict);
}
