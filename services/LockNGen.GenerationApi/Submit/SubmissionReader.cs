using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Templates;
using LockNGen.GenerationApi.Uploads;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Hosting;
using LockNGen.Web.Authentication;
using LockNGen.Webhooks;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Turns a request into a submission, or reports everything that is wrong with it.</summary>
internal sealed class SubmissionReader(
    TemplateStore templates,
    WorkflowInspection inspection,
    CatalogStore catalogs,
    UploadStore uploads,
    NamedFiles namedFiles,
    InputSources sources,
    CallbackAddressGuard addresses,
    SecretBox secrets,
    IOptions<SubmitOptions> submitOptions,
    IOptions<QueueOptions> queueOptions)
{
    private const int MaxPromptText = 2_000;
    private const int MaxWarnings = 20;
    private const int MaxTemplatesNamed = 50;

    /// <summary>A limit, because the dispatcher reads hundreds of waiting plans at a time.</summary>
    private const int MaxPlan = 256 << 10;
    private const int MaxMetadata = 16_384;

    /// <summary>The most that a watcher is given in one message; brokers accept 16 MiB.</summary>
    private const long MaxClaim = 12L << 20;
    private const int HighPriority = 2;
    private static readonly string[] Priorities = ["low", "normal", "high"];

    /// <summary>Returns the submission, or null with the reasons in <paramref name="errors"/>.</summary>
    public async Task<Submission?> ReadAsync(SubmitRequest request, Caller caller, bool dryRun, List<ProblemError> errors, CancellationToken cancellationToken)
    {
        var count = InRange("count", request.Count ?? 1, submitOptions.Value.MaxCount, errors);
        var timeout = InRange("timeoutSeconds", request.TimeoutSeconds ?? queueOptions.Value.DefaultTimeoutSeconds, QueueOptions.MaxTimeoutSeconds, errors);
        var queueTimeout = InRange("queueTimeoutSeconds", request.QueueTimeoutSeconds ?? queueOptions.Value.DefaultQueueTimeoutSeconds, QueueOptions.MaxTimeoutSeconds, errors);
        var priority = Array.IndexOf(Priorities, request.Priority ?? "normal");
        if (priority < 0)
            errors.Add(Error("priority", ErrorCodes.NotAChoice, $"priority '{request.Priority}' is not one of: {string.Join(", ", Priorities)}."));
        else if (priority == HighPriority && !caller.MayHurry)
            errors.Add(Error("priority", ErrorCodes.ForbiddenPriority, $"priority 'high' needs the scope {Caller.PriorityScope}."));
        CheckMetadata(request.Metadata, errors);
        LabelRules.Check(request.Labels, errors);
        ExtraDataRules.Check(request, submitOptions.Value.MaxExtraDataBytes, errors);
        DoorRules.Check(request.Door, errors);
        var id = ReadId(request.Id, errors);
        await CheckWebhookAsync(request, caller.Owner, errors, cancellationToken);

        var known = (await catalogs.AllAsync(cancellationToken)).Select(i => i.Catalog).OfType<NodeCatalog>().ToList();
        var (filled, version) = await FillAsync(request, caller, known, errors, cancellationToken);
        if (filled is null || WorkflowGraph.Read(filled.Workflow, errors) is not { } graph)
            return null;
        inspection.Check(graph, errors);
        if (errors.Count > 0)
            return null;
        WorkflowInspection.MendPrefixes(graph);
        if (request.Door is not null)
            await namedFiles.ResolveAsync(graph, caller.Owner, known, cancellationToken);
        var files = await uploads.NamedInAsync(graph, caller.Owner, caller.IsAdmin, errors, cancellationToken);
        var verdict = CatalogValidation.Check(graph, filled.OpenModels, known, cancellationToken);
        var age = verdict.NamesUnknown ? await catalogs.DoubtAsync(cancellationToken) : null;
        errors.AddRange(CatalogValidation.Explain(verdict, cancellationToken).Select(e => CatalogValidation.WithAge(e, age)));
        if (verdict.Catalog is null)
            WorkflowInspection.CheckLinks(graph, errors);
        if (!caller.IsAdmin)
            InputFileRules.Check(graph, verdict, files, errors);
        inspection.CheckLimits(graph, verdict.Reached, errors);
        if (errors.Count > 0)
            return null;
        // Last, because it takes time and space: all other errors are known by now.
        var kept = await sources.KeepAsync(graph, verdict.Reached, known, caller.Owner, dryRun, errors, cancellationToken);
        if (errors.Count > 0)
            return null;

        var seeds = new SeedFinder(graph, verdict.Reached, known).Find();
        var choices = RequiredChoices.Of(graph, verdict);
        var modelFiles = ModelFilesOf(graph, verdict, known, out var warnings);
        var plan = new RenderPlan
        {
            Seeds = seeds,
            FirstModels = filled.OpenModels,
            InputFiles = [.. files.Union(kept.Values.Where(v => UploadName.In(v) is not null))],
            IncludeTemp = request.IncludeTemp == true,
            HidesResults = !caller.IsAdmin,
            NodeClasses = [.. graph.Nodes.Select(n => n.ClassType).Distinct()],
            Choices = choices,
            Files = modelFiles,
            Warnings = [.. verdict.LeftOut, .. warnings, .. NothingToVary(seeds, count)],
        };
        var storedPlan = JsonSerializer.Serialize(plan, StoredJson.Default.RenderPlan);
        if (storedPlan.Length > MaxPlan)
        {
            errors.Add(Error("workflow", ErrorCodes.TooMany, $"The seeds, models and choices of the workflow take {storedPlan.Length:N0} characters; {MaxPlan:N0} are allowed."));
            return null;
        }

        var claim = plan.SizeOfClaim(filled.Workflow.ToJsonString().Length, count);
        if (claim > MaxClaim)
        {
            errors.Add(Error("count", ErrorCodes.TooMany, $"{count} prompts of this workflow take {claim:N0} characters to hand over; {MaxClaim:N0} are allowed. Submit fewer at a time."));
            return null;
        }

        return new Submission
        {
            Id = id,
            HasOwnId = request.Id is not null,
            Template = request.Template,
            TemplateVersion = version,
            Parameters = request.Template is null ? null : RepeatableRequest.Parameters(filled.Parameters, kept),
            Workflow = filled.Workflow,
            Plan = plan,
            StoredPlan = storedPlan,
            LeftOutErrors = verdict.LeftOutErrors,
            Count = count,
            Priority = priority,
            Shape = WorkflowInspection.Shape(graph),
            Units = WorkflowInspection.Units(graph),
            PromptText = PromptText(graph),
            Model = choices.FirstOrDefault(c => ModelFolders.Of(c.ClassType, c.Name) == "checkpoints")?.Value,
            Metadata = request.Metadata?.GetRawText(),
            ExtraData = request.ExtraData?.GetRawText(),
            Secrets = request.PartnerKey is { } key ? SecretBox.Seal(await secrets.KeyAsync(cancellationToken), id, key) : null,
            Labels = request.Labels is null ? null : new LabelRequirements { Required = request.Labels.Required ?? [], Preferred = request.Labels.Preferred ?? [] },
            Door = request.Door,
            WebhookUrl = request.WebhookUrl,
            WebhookSecret = request.WebhookSecret,
            Request = RepeatableRequest.Of(request with { TemplateVersion = version }, filled, kept),
            TimeoutSeconds = timeout,
            HasOwnTimeout = request.TimeoutSeconds is not null,
            QueueTimeoutSeconds = queueTimeout,
        };
    }

    private async Task CheckWebhookAsync(SubmitRequest request, string? owner, List<ProblemError> errors, CancellationToken cancellationToken)
    {
        if (request.WebhookUrl is { } url && await addresses.FindProblemAsync(url, owner, cancellationToken) is { } problem)
            errors.Add(Error("webhookUrl", ErrorCodes.ForbiddenAddress, problem));
        if (request.WebhookSecret is { } secret && !WebhookSecret.IsValid(secret))
            errors.Add(Error("webhookSecret", ErrorCodes.InvalidSecret, WebhookSecret.Rule));
    }

    private async Task<(FilledTemplate? Filled, int? Version)> FillAsync(
        SubmitRequest request, Caller caller, List<NodeCatalog> known, List<ProblemError> errors, CancellationToken cancellationToken)
    {
        if (request.Template is null == request.Workflow is null)
        {
            errors.Add(Error("template", ErrorCodes.Required, "Give either a template with parameters or a workflow."));
            return (null, null);
        }

        if (request.Workflow is { } workflow)
        {
            if (workflow.ValueKind == JsonValueKind.Object)
                return (new FilledTemplate(JsonObject.Create(workflow)!, [], []), null);
            errors.Add(Error("workflow", ErrorCodes.WrongType, "workflow must be an object: a ComfyUI workflow in API format."));
            return (null, null);
        }

        if (await templates.FindAsync(request.Template!, request.TemplateVersion, caller, cancellationToken) is { } found)
            return (FilledTemplate.Fill(found.Template, request.Parameters ?? [], known, errors), found.IsFile ? null : found.Version);
        var names = (await templates.ListAsync(caller, cancellationToken)).Select(t => t.Template.Name).Take(MaxTemplatesNamed);
        var wanted = request.TemplateVersion is { } version ? $"'{request.Template}' with a version {version}" : $"'{request.Template}'";
        errors.Add(Error("template", ErrorCodes.UnknownTemplate, $"There is no template {wanted}. There are: {string.Join(", ", names)}."));
        return (null, null);
    }

    /// <summary>Models named inside objects, which ComfyUI does not check: those that no instance lists are reported, and left to the node.</summary>
    private static IReadOnlyList<string> ModelFilesOf(
        WorkflowGraph graph, CatalogVerdict verdict, List<NodeCatalog> known, out IReadOnlyList<GenerationWarning> warnings)
    {
        var named = RequiredChoices.FilesIn(graph, verdict).ToLookup(f => known.Count == 0 || known.Any(c => c.HasFile(f)));
        warnings =
        [
            .. named[false].Take(MaxWarnings).Select(f => new GenerationWarning
            {
                Code = GenerationWarningCodes.ModelNotListed,
                Message = $"No instance lists a model '{Quoted.Short(f)}'; the node that names it decides what to do without it.",
            }),
        ];
        return [.. named[true]];
    }

    /// <summary>ComfyUI does not render a prompt again that it has just rendered, so a batch of equal prompts is one picture, many times.</summary>
    private static IEnumerable<GenerationWarning> NothingToVary(IReadOnlyList<SeedInput> seeds, int count)
    {
        if (count == 1 || seeds.Any(s => s.Max - s.Min >= (ulong)(count - 1)))
            yield break;
        yield return new GenerationWarning
        {
            Code = GenerationWarningCodes.NothingToVary,
            Message = seeds.Count == 0
                ? $"count is {count}, but no node that runs has a seed that can be counted up: the prompts are equal, and their pictures too."
                : $"count is {count}, but node {seeds[0].NodeId} takes fewer seeds ({seeds[0].Min} to {seeds[0].Max}): pictures will repeat.",
        };
    }

    private static string? PromptText(WorkflowGraph graph)
    {
        var text = string.Join('\n', graph.Nodes.Select(n => n.Text("text")).Where(t => !string.IsNullOrWhiteSpace(t)));
        return text.Length == 0 ? null : text.Truncate(MaxPromptText);
    }

    private static Guid ReadId(string? text, List<ProblemError> errors)
    {
        if (text is null)
            return Guid.NewGuid();
        if (Guid.TryParseExact(text, "D", out var id) && id != Guid.Empty)
            return id;
        errors.Add(Error("id", ErrorCodes.WrongType, $"id '{Quoted.Short(text)}' is not a UUID such as {Guid.NewGuid()}."));
        return Guid.Empty;
    }

    private static void CheckMetadata(JsonElement? metadata, List<ProblemError> errors)
    {
        if (metadata is { ValueKind: not JsonValueKind.Object })
            errors.Add(Error("metadata", ErrorCodes.WrongType, "metadata must be an object."));
        else if (metadata?.GetRawText().Length > MaxMetadata)
            errors.Add(Error("metadata", ErrorCodes.OutOfRange, $"metadata has more than {MaxMetadata} characters."));
    }

    private static int InRange(string field, int value, int max, List<ProblemError> errors)
    {
        if (value < 1 || value > max)
            errors.Add(Error(field, ErrorCodes.OutOfRange, $"{field} is {value}; it must be between 1 and {max}."));
        return value;
    }

    private static ProblemError Error(string field, string code, string message) => new() { Field = field, Code = code, Message = message };
}
