using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Storage;
using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Attempts;

/// <summary>Answers a watcher that asks to render what was dispatched to it.</summary>
internal sealed partial class ClaimConsumer(
    GenerationsDatabase database, CatalogStore catalogs, UploadTokens tokens, SecretBox secrets, Links links, IOptions<StorageOptions> storage,
    ILogger<ClaimConsumer> logger)
    : IConsumer<ClaimGeneration>
{
    /// <summary>Where ComfyUI's partner nodes look for their key.</summary>
    private const string PartnerKeySecret = "api_key_comfy_org";

    public async Task Consume(ConsumeContext<ClaimGeneration> context)
    {
        var claim = context.Message;
        var askedAt = DateTimeOffset.UtcNow;
        var catalog = await catalogs.OfInstanceAsync(claim.Instance, context.CancellationToken);
        var keys = new Keys(await tokens.KeyAsync(context.CancellationToken), await secrets.KeyAsync(context.CancellationToken));
        var decision = await database.WriteAsync(session => DecideAsync(session, claim, catalog, keys), context.CancellationToken);
        // The watcher asks without knowing the generation's trace; only the row has it.
        using var activity = decision.Work is { } work
            ? Diagnostics.Activities.StartActivity("claim generation", ActivityKind.Server, work.TraceParent, startTime: askedAt)
            : null;
        activity?.SetTag("lockngen.generation", claim.GenerationId).SetTag("lockngen.instance", claim.Instance).SetTag("lockngen.attempt", decision.Work?.Attempt);
        if (decision.Granted)
            LogGranted(claim.GenerationId, decision.Work!.Attempt, claim.Instance, claim.Watcher, claim.ClaimId);
        else
            LogRefused(claim.GenerationId, claim.Instance, claim.Watcher, decision.Reason!);
        await context.RespondAsync(decision);
    }

    private async Task<ClaimDecision> DecideAsync(DatabaseSession session, ClaimGeneration claim, NodeCatalog? catalog, Keys keys)
    {
        var row = await GenerationLedger.FindAsync(session, claim.GenerationId);
        if (row is null)
            return Refused("no such generation");
        if (row.Status == GenerationStatus.Running && row.ClaimId == claim.ClaimId)
            return await GrantAsync(session, row, catalog, keys);
        if (row.Status != GenerationStatus.Dispatched || row.Instance != claim.Instance)
            return Refused($"it is {row.Status} and not dispatched to {claim.Instance}");
        var holder = await session.ScalarAsync<string>("SELECT watcher FROM instances WHERE name = @Instance", new { claim.Instance });
        if (holder != claim.Watcher || row.Watcher != claim.Watcher)
            return Refused($"{claim.Instance} is leased to {holder ?? "no one"}");
        if (row.NeedsCatalog && catalog is null)
            return Refused($"the catalog of {claim.Instance} is not known yet");

        var claimed = await GenerationLedger.ClaimAsync(session, row, claim);
        if (claimed is null)
            return Refused("it changed in the meantime");
        return await GrantAsync(session, claimed, catalog, keys);
    }

    private async Task<ClaimDecision> GrantAsync(DatabaseSession session, GenerationRow row, NodeCatalog? catalog, Keys keys)
    {
        var inputs = (await session.FirstOrDefaultAsync<InputsRow>(
            "SELECT workflow, plan, extra_data, secrets FROM generation_inputs WHERE generation_id = @Id", new { row.Id }))!;
        var plan = JsonSerializer.Deserialize(inputs.Plan, StoredJson.Default.RenderPlan)!;
        var models = FirstModels(plan, catalog);
        var spellings = Spellings(plan, catalog);
        var workflow = JsonElement.Parse(inputs.Workflow);
        if (plan.HidesResults && catalog is not null)
            workflow = Hide(workflow, catalog, ResultFolder.Of(keys.Upload, row.Id), row);
        if (models is [{ Value: var first }, ..])
        {
            await session.ExecuteAsync("UPDATE generations SET model = @model WHERE id = @Id", new { row.Id, model = first.GetString() });
        }

        await session.ExecuteAsync(
            "UPDATE instances SET last_model = (SELECT model FROM generations WHERE id = @Id) WHERE name = @Instance", new { row.Id, row.Instance });
        var images = await ImageRow.OfAsync(session, row.Id);
        return new ClaimDecision
        {
            Granted = true,
            Work = new GenerationWork
            {
                Attempt = row.Attempt,
                Try = row.Tries,
                StateSequence = row.ClaimedAfter,
                EstimatedSeconds = row.EstimatedSeconds,
                Owner = row.Owner,
                TraceParent = row.TraceParent,
                Workflow = workflow,
                Prompts = [.. Enumerable.Range(1, row.Count).Select(i => Prompt(i, plan, [.. models, .. spellings]))],
                InputFiles = [.. plan.InputFiles.Select(name => new InputFile { Name = name, Url = links.Input(row.Id, row.Attempt, name) })],
                UploadUrl = links.Upload(row.Id, row.Attempt),
                MaxFileBytes = storage.Value.MaxImageBytes,
                IncludeTemp = plan.IncludeTemp,
                UploadToken = UploadTokens.Create(keys.Upload, row.Id, row.Attempt),
                StoredImages =
                [
                    .. images.Select(i => new StoredImage { ImageIndex = i.ImageIndex, File = i.File, Files = i.Files, Image = i.ToContract(links) }),
                ],
                ExtraData = inputs.ExtraData is { } extraData ? JsonElement.Parse(extraData) : null,
                Secrets = inputs.Secrets is { } secret ? new Dictionary<string, string> { [PartnerKeySecret] = SecretBox.Open(keys.Secret, row.Id, secret) } : new Dictionary<string, string>(),
                OverallProgress = row.OverallProgress,
                Warnings = plan.Warnings,
                ElapsedSeconds = row.StartedAt is { } startedAt ? Math.Max(0, (session.Now - startedAt).TotalSeconds) : 0,
            },
        };
    }

    /// <summary>The workflow with a folder in front of the names of its results.</summary>
    private JsonElement Hide(JsonElement workflow, NodeCatalog catalog, string folder, GenerationRow row)
    {
        var hidden = JsonObject.Create(workflow)!;
        if (!ResultFolder.Put(hidden, catalog, folder))
            return workflow;
        LogFolder(row.Id, folder, row.Instance!);
        return JsonSerializer.SerializeToElement(hidden);
    }

    private static PromptPlan Prompt(int imageIndex, RenderPlan plan, IReadOnlyList<InputValue> models) => new()
    {
        ImageIndex = imageIndex,
        Seed = plan.Seeds is [var seed, ..] ? seed.At(imageIndex) : null,
        Inputs =
        [
            .. plan.Seeds.Select(s => new InputValue { NodeId = s.NodeId, Name = s.Name, Value = JsonSerializer.SerializeToElement(s.At(imageIndex)) }),
            .. models,
        ],
    };

    /// <summary>Models that the submission left to the instance.</summary>
    private static List<InputValue> FirstModels(RenderPlan plan, NodeCatalog? catalog) =>
    [
        .. from input in plan.FirstModels
           let choices = catalog?.ChoicesOf(input.ClassType, input.Name)
           where choices is { Count: > 0 }
           select new InputValue { NodeId = input.NodeId, Name = input.Name, Value = JsonSerializer.SerializeToElement(choices[0]) },
    ];

    /// <summary>Names that this instance writes differently from the submission.</summary>
    private static IEnumerable<InputValue> Spellings(RenderPlan plan, NodeCatalog? catalog) =>
        from choice in plan.Choices
        where choice.NodeId is not null
        let spelling = catalog?.SpellingOf(choice.ClassType, choice.Name, choice.Value)
        where spelling is not null && spelling != choice.Value
        select new InputValue { NodeId = choice.NodeId!, Name = choice.Name, Value = JsonSerializer.SerializeToElement(spelling) };

    private static ClaimDecision Refused(string reason) => new() { Granted = false, Reason = reason };

    [LoggerMessage(LogLevel.Debug, "Generation {GenerationId}: attempt {Attempt} on {Instance} granted to watcher {Watcher} (claim {ClaimId})")]
    private partial void LogGranted(Guid generationId, int attempt, string instance, string watcher, Guid claimId);

    [LoggerMessage(LogLevel.Information, "Generation {GenerationId}: claim for {Instance} by watcher {Watcher} refused: {Reason}")]
    private partial void LogRefused(Guid generationId, string instance, string watcher, string reason);

    [LoggerMessage(LogLevel.Information, "Generation {GenerationId}: results are in the folder {Folder} of {Instance}'s output")]
    private partial void LogFolder(Guid generationId, string folder, string instance);

    private sealed record InputsRow
    {
        public required string Workflow { get; init; }
        public required string Plan { get; init; }
        public string? ExtraData { get; init; }
        public string? Secrets { get; init; }
    }

    /// <summary>Keys of the installation: for tokens, and for what rows keep encrypted.</summary>
    private sealed record Keys(byte[] Upload, byte[] Secret);
}
