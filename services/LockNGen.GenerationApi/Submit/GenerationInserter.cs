using System.Diagnostics;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Queue;
using LockNGen.ServiceDefaults.Storage;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Puts a submission into the queue: its row, its inputs and its first event in one transaction.</summary>
internal sealed class GenerationInserter(GenerationLedger ledger, EventOutbox outbox, Durations durations)
{
    /// <summary>Returns the new generation and its place; it is accepted when the transaction commits.</summary>
    public async Task<(GenerationRow Row, QueuePlace Place)> InsertAsync(
        Session session, Submission submission, string? owner, string client)
    {
        var estimate = await durations.EstimateAsync(session, submission.Shape, submission.Units, submission.Count);
        var row = (await session.FirstOrDefaultAsync<GenerationRow>(
            """
            INSERT INTO generations (id, owner, client, status, priority, template, prompt_text, model, needs_catalog, seed, count, labels,
                shape, units, estimated_seconds, timeout_seconds, queue_timeout_seconds, event_number, created_at, trace_parent)
            VALUES (@id, @owner, @client, 'queued', @Priority, @Template, @PromptText, @Model, @needsCatalog, @Seed, @Count, @labels,
                @Shape, @Units, @estimate, @TimeoutSeconds, @QueueTimeoutSeconds, 1, @Now, @traceParent)
            RETURNING *
            """,
            new
            {
                id = Guid.NewGuid(),
                owner,
                client,
                submission.Priority,
                submission.Template,
                submission.PromptText,
                submission.Model,
                needsCatalog = submission.Plan.FirstModels.Count > 0 ? 1 : 0,
                submission.Seed,
                submission.Count,
                labels = submission.Labels is null ? null : JsonSerializer.Serialize(submission.Labels, StoredJson.Default.LabelRequirements),
                submission.Shape,
                submission.Units,
                estimate,
                submission.TimeoutSeconds,
                submission.QueueTimeoutSeconds,
                session.Now,
                traceParent = Activity.Current?.Id,
            }))!;
        await session.ExecuteAsync(
            """
            INSERT INTO generation_inputs (generation_id, request, parameters, workflow, plan, metadata)
            VALUES (@Id, @Request, @parameters, @workflow, @plan, @Metadata)
            """,
            new
            {
                row.Id,
                submission.Request,
                parameters = submission.Parameters?.ToJsonString(),
                workflow = submission.Workflow.ToJsonString(),
                plan = JsonSerializer.Serialize(submission.Plan, StoredJson.Default.RenderPlan),
                submission.Metadata,
            });
        // Before the first event, so that the notifier knows the address before any outcome can come.
        if (submission.WebhookUrl is { } url)
            await outbox.AddAsync(session, new RegisterWebhook { GenerationId = row.Id, Owner = owner, Url = url, Secret = submission.WebhookSecret });
        var place = await ledger.AnnounceQueuedAsync(session, row);
        await session.ExecuteAsync(
            "UPDATE generations SET estimated_wait_seconds = @EstimatedWaitSeconds WHERE id = @Id", new { row.Id, place.EstimatedWaitSeconds });
        session.AfterCommit(() => Diagnostics.Accepted(row.Template));
        return (row, place);
    }
}
