using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Storage;

namespace LockNGen.GenerationApi.Instances;

/// <summary>GET /api/instances and GET /api/models: where generations can be rendered, and with which models.</summary>
internal static class InstanceEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/instances", InstancesAsync)
            .RequireAuthorization()
            .Produces<InstanceList>()
            .ProducesProblems(401)
            .WithName("ListInstances")
            .WithTags("Instances")
            .WithSummary("The ComfyUI instances and their state");
        endpoints.MapGet("/api/models", ModelsAsync)
            .RequireAuthorization()
            .Produces<ModelList>()
            .ProducesProblems(401)
            .WithName("ListModels")
            .WithTags("Instances")
            .WithSummary("The models, samplers and schedulers that the instances have");
    }

    private static async Task<IResult> InstancesAsync(GenerationsDatabase database, HttpContext context)
    {
        var rows = await database.ReadAsync(
            session => session.QueryAsync<InstanceRow>(
                """
                SELECT i.*, (SELECT COUNT(*) FROM generations g
                    WHERE g.instance = i.name AND g.status IN ('dispatched', 'running') AND g.ended_at IS NULL) AS running
                FROM instances i ORDER BY name
                """),
            context.RequestAborted);
        return TypedResults.Json(new InstanceList([.. rows.Select(ResponseOf)]), InstanceJson.Default.InstanceList);
    }

    private static InstanceResponse ResponseOf(InstanceRow row) => new()
    {
        Name = row.Name,
        // Without a watcher its state is unknown.
        State = row.Watcher is null ? "unwatched" : InstanceRow.StateName(row.State),
        Reason = row.Watcher is null ? "No watcher reports it." : row.Reason,
        ReasonCode = row.Watcher is null ? null : row.ReasonCode,
        Labels = row.LabelMap(),
        Capacity = row.Capacity,
        Running = row.Running,
        QueueRemaining = row.QueueRemaining,
        OthersRemaining = row.OthersRemaining,
        Version = row.Version,
        Watcher = row.Watcher,
    };

    private static async Task<IResult> ModelsAsync(string? folder, CatalogStore catalogs, HttpContext context)
    {
        var known = await catalogs.AllAsync(context.RequestAborted);
        var models = from instance in known
                     from node in instance.Catalog?.Classes ?? new Dictionary<string, NodeClass>()
                     from input in node.Value.Inputs
                     let modelFolder = ModelFolders.Of(node.Key, input.Key)
                     where modelFolder is not null && (folder is null || modelFolder == folder)
                     from name in input.Value.Choices?.Names ?? []
                     // The same model, however its folder is spelled: with \ on Windows.
                     group instance.Instance.Name by (Folder: modelFolder, Name: ChoiceList.AsPath(name)) into model
                     orderby model.Key.Folder, model.Key.Name
                     select new ModelResponse(model.Key.Name, model.Key.Folder, [.. model.Distinct()]);
        var all = models.ToList();
        return TypedResults.Json(
            new ModelList
            {
                Models = all,
                Checkpoints = [.. all.Where(m => m.Folder == "checkpoints").Select(m => m.Name)],
                Samplers = Choices("KSampler", "sampler_name"),
                Schedulers = Choices("KSampler", "scheduler"),
            },
            InstanceJson.Default.ModelList);

        List<string> Choices(string classType, string input) =>
            [.. known.SelectMany(i => i.Catalog?.ChoicesOf(classType, input) ?? []).Distinct()];
    }
}

/// <summary>The answer of GET /api/instances.</summary>
public sealed record InstanceList(IReadOnlyList<InstanceResponse> Instances);

/// <summary>A ComfyUI instance.</summary>
public sealed record InstanceResponse
{
    public required string Name { get; init; }

    /// <summary>up, down, unresponsive, needsRestart or unwatched.</summary>
    public required string State { get; init; }
    public string? Reason { get; init; }

    /// <summary>The kind of reason, if it has a name: needsAuthentication, proxyError, tlsError, noWebSocket, answerTooLarge; more may come.</summary>
    public string? ReasonCode { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required int Capacity { get; init; }

    /// <summary>Generations that are dispatched to it or run on it.</summary>
    public required int Running { get; init; }

    /// <summary>Prompts in ComfyUI's own queue, ours and others'.</summary>
    public required int QueueRemaining { get; init; }

    /// <summary>Of these, other people's, and leftovers.</summary>
    public int? OthersRemaining { get; init; }
    public string? Version { get; init; }
    public string? Watcher { get; init; }
}

/// <summary>The answer of GET /api/models.</summary>
public sealed record ModelList
{
    public required IReadOnlyList<ModelResponse> Models { get; init; }
    public required IReadOnlyList<string> Checkpoints { get; init; }
    public required IReadOnlyList<string> Samplers { get; init; }
    public required IReadOnlyList<string> Schedulers { get; init; }
}

/// <summary>A model.</summary>
/// <param name="Name">Its name in workflows.</param>
/// <param name="Folder">Its folder in ComfyUI: checkpoints, loras, vae ...</param>
/// <param name="Instances">The instances that have it.</param>
public sealed record ModelResponse(string Name, string Folder, IReadOnlyList<string> Instances);
