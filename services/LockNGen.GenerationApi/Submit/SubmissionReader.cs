using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Uploads;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Hosting;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Turns a request into a submission, or reports everything that is wrong with it.</summary>
internal sealed class SubmissionReader(
    SettingsReader settings, WorkflowSource workflows, WorkflowCheck check, InputSources sources, CatalogStore catalogs, SecretBox secrets)
{
    private const int MaxPromptText = 2_000;

    /// <summary>Returns the submission, or null with the reasons in <paramref name="errors"/>.</summary>
    public async Task<Submission?> ReadAsync(SubmitRequest request, Caller caller, bool dryRun, List<ProblemError> errors, CancellationToken cancellationToken)
    {
        var set = await settings.ReadAsync(request, caller, errors, cancellationToken);
        var known = (await catalogs.AllAsync(cancellationToken)).Select(i => i.Catalog).OfType<NodeCatalog>().ToList();
        var (filled, version) = await workflows.FindAsync(request, caller, known, errors, cancellationToken);
        if (filled is null || await check.RunAsync(filled, known, caller, request.Door is not null, errors, cancellationToken) is not { } workflow)
            return null;
        // Files in the inputs are stored last, because it takes time and space: all other errors are known by now.
        var kept = await sources.KeepAsync(workflow.Graph, workflow.Verdict.Reached, known, caller.Owner, dryRun, errors, cancellationToken);
        if (errors.Count > 0)
            return null;
        var plan = PlanBuilder.Build(workflow, filled, kept.Values, set.Count, request.IncludeTemp == true, hidesResults: !caller.IsAdmin);
        if (PlanBuilder.Serialize(plan, filled, set.Count, errors) is not { } storedPlan)
            return null;

        return new Submission
        {
            Id = set.Id,
            HasOwnId = request.Id is not null,
            Template = request.Template,
            TemplateVersion = version,
            Parameters = request.Template is null ? null : RepeatableRequest.Parameters(filled.Parameters, kept),
            Workflow = filled.Workflow,
            Plan = plan,
            StoredPlan = storedPlan,
            LeftOutErrors = workflow.Verdict.LeftOutErrors,
            Count = set.Count,
            Priority = set.Priority,
            Shape = WorkflowInspection.Shape(workflow.Graph),
            Units = WorkflowInspection.Units(workflow.Graph),
            PromptText = PromptText(workflow.Graph),
            Model = plan.Choices.FirstOrDefault(c => ModelFolders.Of(c.ClassType, c.Name) == "checkpoints")?.Value,
            Metadata = request.Metadata?.GetRawText(),
            ExtraData = request.ExtraData?.GetRawText(),
            Secrets = request.PartnerKey is { } key ? SecretBox.Seal(await secrets.KeyAsync(cancellationToken), set.Id, key) : null,
            Labels = request.Labels is null ? null : new LabelRequirements { Required = request.Labels.Required ?? [], Preferred = request.Labels.Preferred ?? [] },
            Door = request.Door,
            WebhookUrl = request.WebhookUrl,
            WebhookSecret = request.WebhookSecret,
            Request = RepeatableRequest.Of(request with { TemplateVersion = version }, filled, kept),
            TimeoutSeconds = set.TimeoutSeconds,
            HasOwnTimeout = request.TimeoutSeconds is not null,
            QueueTimeoutSeconds = set.QueueTimeoutSeconds,
        };
    }

    private static string? PromptText(WorkflowGraph graph)
    {
        var text = string.Join('\n', graph.Nodes.Select(n => n.Text("text")).Where(t => !string.IsNullOrWhiteSpace(t)));
        return text.Length == 0 ? null : text.Truncate(MaxPromptText);
    }
}
