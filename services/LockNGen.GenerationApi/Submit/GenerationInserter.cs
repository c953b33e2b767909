using System.Diagnostics;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Queue;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Puts a submission into the queue: its row, its inputs and its first event in one transaction.</summary>
internal sealed class GenerationInserter(GenerationLedger ledger, Durations durations, SchedulerSignal scheduler, GenerationMetrics metrics)
{
    /// <summary>Returns the new generation and its place; it is accepted when the group's transaction commits.</summary>
    public async Task<(Guid Id, QueuePlace Place)> AddAsync(SubmitGroup group, Submission submission, string? owner, string client)
    {
        var id = submission.Id;
        var speed = await group.Queue.SpeedOfAsync(group.Session, submission.Shape);
        var estimate = durations.Estimate(speed, submission.Units, submission.Count);
        var place = group.Queue.Add(submission.Priority, owner, estimate);
        var traceParent = Activity.Current?.Id;
        var generation = new NewGeneration
        {
            Id = id,
            Owner = owner,
            Client = client,
            Status = GenerationStatus.Queued.WireName(),
            Priority = submission.Priority,
            Template = submission.Template,
            TemplateVersion = submission.TemplateVersion,
            PromptText = submission.PromptText,
            Model = submission.Model,
            NeedsCatalog = submission.Plan.FirstModels.Count > 0 ? 1 : 0,
            Seed = submission.Seed,
            StoredBytes = submission.StoredBytes,
            Count = submission.Count,
            Labels = submission.Labels is null ? null : JsonSerializer.Serialize(submission.Labels, StoredJson.Default.LabelRequirements),
            Shape = submission.Shape,
            Units = submission.Units,
            EstimatedSeconds = estimate,
            EstimatedWaitSeconds = place.EstimatedWaitSeconds,
            TimeoutSeconds = submission.TimeoutSeconds,
            HasOwnTimeout = submission.HasOwnTimeout ? 1 : 0,
            QueueTimeoutSeconds = submission.QueueTimeoutSeconds,
            EventNumber = 1,
            CreatedAt = group.Session.Now,
            AnnouncedPosition = place.Position,
            AnnouncedAt = group.Session.Now,
            TraceParent = traceParent,
        };
        var inputs = new NewInputs
        {
            GenerationId = id,
            Request = submission.Request,
            Parameters = submission.Parameters?.ToJsonString(),
            Workflow = submission.Workflow.ToJsonString(),
            Plan = submission.StoredPlan,
            Metadata = submission.Metadata,
            ExtraData = submission.ExtraData,
            Secrets = submission.Secrets,
            Warnings = submission.Plan.Warnings.Count == 0 ? null : JsonSerializer.Serialize(submission.Plan.Warnings, StoredJson.Default.IReadOnlyListGenerationWarning),
        };
        var prompt = submission.Door is { } door ? new NewPrompt { GenerationId = id, Door = door.Kind, ClientId = door.ClientId } : null;
        var queued = OutboxEntry.Of(ledger.QueuedEvent(id, attempt: 0, number: 1, place), owner, traceParent);
        // The webhook before the first event, so that the notifier knows the address before any outcome can come.
        OutboxEntry[] entries = submission.WebhookUrl is { } url
            ? [OutboxEntry.Of(new RegisterWebhook { GenerationId = id, Owner = owner, Url = url, Secret = submission.WebhookSecret }), queued]
            : [queued];
        group.Add(generation, inputs, prompt, entries);
        group.Session.AfterCommit(scheduler.Set);
        group.Session.AfterCommit(() => metrics.Accepted(submission.Template));
        return (id, place);
    }
}
