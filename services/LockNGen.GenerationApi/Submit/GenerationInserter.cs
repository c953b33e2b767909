using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Queue;
using LockNGen.ServiceDefaults.Storage;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Puts a submission into the queue: its row, its inputs and its first event in one transaction.</summary>
internal sealed class GenerationInserter(GenerationLedger ledger, EventOutbox outbox, Durations durations, SchedulerSignal scheduler)
{
    /// <summary>Returns the new generation and its place; it is accepted when the transaction commits.</summary>
    public async Task<(Guid Id, QueuePlace Place)> InsertAsync(
        Session session, QueueTail queue, Submission submission, string? owner, string client)
    {
        var id = Guid.NewGuid();
        var speed = await queue.SpeedOfAsync(session, submission.Shape);
        var estimate = durations.Estimate(speed, submission.Units, submission.Count);
        var place = queue.Add(submission.Priority, owner, estimate);
        var traceParent = Activity.Current?.Id;
        var queued = ledger.QueuedEvent(id, attempt: 0, number: 1, place);
        // Before the first event, so that the notifier knows the address before any outcome can come.
        if (submission.WebhookUrl is { } url)
            await outbox.AddAsync(session, new RegisterWebhook { GenerationId = id, Owner = owner, Url = url, Secret = submission.WebhookSecret });
        await session.ExecuteAsync(
            $"""
            INSERT INTO generations (id, owner, client, status, priority, template, prompt_text, model, needs_catalog, seed, count, labels,
                shape, units, estimated_seconds, estimated_wait_seconds, timeout_seconds, queue_timeout_seconds, event_number, created_at,
                told_position, told_at, trace_parent)
            VALUES (@generationId, @owner, @client, 'queued', @Priority, @Template, @PromptText, @Model, @needsCatalog, @Seed, @Count, @labels,
                @Shape, @Units, @estimate, @EstimatedWaitSeconds, @TimeoutSeconds, @QueueTimeoutSeconds, 1, @Now,
                @Position, @Now, @traceParent);
            INSERT INTO generation_inputs (generation_id, request, parameters, workflow, plan, metadata)
            VALUES (@generationId, @Request, @parameters, @workflow, @plan, @Metadata);
            {EventOutbox.Insert}
            """,
            new
            {
                generationId = id,
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
                place.EstimatedWaitSeconds,
                submission.TimeoutSeconds,
                submission.QueueTimeoutSeconds,
                session.Now,
                place.Position,
                traceParent,
                submission.Request,
                parameters = submission.Parameters?.ToJsonString(),
                workflow = submission.Workflow.ToJsonString(),
                plan = JsonSerializer.Serialize(submission.Plan, StoredJson.Default.RenderPlan),
                submission.Metadata,
                type = queued.Type,
                body = Encoding.UTF8.GetString(ContractsJson.Serialize(queued)),
            });
        outbox.PublishAfterCommit(session);
        session.AfterCommit(scheduler.Set);
        session.AfterCommit(() => Diagnostics.Accepted(submission.Template));
        return (id, place);
    }
}
