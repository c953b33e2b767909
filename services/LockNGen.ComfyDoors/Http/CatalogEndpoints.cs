using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;
using Microsoft.Net.Http.Headers;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/object_info</c>, <c>/models</c>, <c>/embeddings</c>: what the instances of the farm can do together.</summary>
internal sealed class CatalogEndpoints(GenerationApiClient api, Catalogs catalogs)
{
    public static void Map(RouteGroupBuilder comfy)
    {
        comfy.MapGet("/object_info", async (CatalogEndpoints endpoints, DoorCaller caller, HttpContext context) => await endpoints.AllAsync(caller, context));
        comfy.MapGet("/object_info/{name}", (CatalogEndpoints endpoints, string name, DoorCaller caller, HttpContext context) => endpoints.OneAsync(name, caller, context.RequestAborted));
        comfy.MapGet("/models", (CatalogEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.FoldersAsync(caller, context.RequestAborted));
        comfy.MapGet("/models/{folder}", (CatalogEndpoints endpoints, string folder, DoorCaller caller, HttpContext context) => endpoints.FolderAsync(folder, caller, context.RequestAborted));
        comfy.MapGet("/experiment/models", (CatalogEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.ExperimentAsync(caller, context.RequestAborted));
        comfy.MapGet("/experiment/models/{folder}", (CatalogEndpoints endpoints, string folder, DoorCaller caller, HttpContext context) =>
            endpoints.ExperimentAsync(folder, caller, context.RequestAborted));
        comfy.MapGet("/embeddings", (CatalogEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.EmbeddingsAsync(caller, context.RequestAborted));
    }

    private async Task<IResult> AllAsync(DoorCaller caller, HttpContext context)
    {
        var catalog = await catalogs.GetAsync(caller, context.RequestAborted);
        return TypedResults.Bytes(
            catalog.Json, "application/json; charset=utf-8", entityTag: EntityTagHeaderValue.TryParse(catalog.Tag, out var tag) ? tag : null);
    }

    private async Task<IResult> OneAsync(string name, DoorCaller caller, CancellationToken cancellationToken)
    {
        var found = (await catalogs.GetAsync(caller, cancellationToken)).Find(name);
        return ComfyResults.Json(found is { } definition ? new JsonObject { [name] = JsonNode.Parse(definition.GetRawText()) } : []);
    }

    private async Task<IResult> FoldersAsync(DoorCaller caller, CancellationToken cancellationToken) =>
        ComfyResults.Json(List((await ModelsAsync(caller, cancellationToken)).Select(m => m.Folder).Distinct()));

    private async Task<IResult> FolderAsync(string folder, DoorCaller caller, CancellationToken cancellationToken)
    {
        var models = await ModelsAsync(caller, cancellationToken);
        return models.Any(m => m.Folder == folder) ? ComfyResults.Json(List(models.Where(m => m.Folder == folder).Select(m => m.Name).Distinct())) : TypedResults.NotFound();
    }

    private async Task<IResult> ExperimentAsync(DoorCaller caller, CancellationToken cancellationToken) => ComfyResults.Json(new JsonArray(
        [.. (await ModelsAsync(caller, cancellationToken)).Select(m => m.Folder).Distinct().Select(f => new JsonObject { ["name"] = f, ["folders"] = new JsonArray() })]));

    /// <summary>Which of an instance's folders of this name contains a model does not matter here.</summary>
    private async Task<IResult> ExperimentAsync(string folder, DoorCaller caller, CancellationToken cancellationToken)
    {
        var names = (await ModelsAsync(caller, cancellationToken)).Where(m => m.Folder == folder).Select(m => m.Name).Distinct().ToList();
        return names.Count > 0 ? ComfyResults.Json(new JsonArray([.. names.Select(n => new JsonObject { ["name"] = n, ["pathIndex"] = 0 })])) : TypedResults.NotFound();
    }

    private async Task<IResult> EmbeddingsAsync(DoorCaller caller, CancellationToken cancellationToken) =>
        ComfyResults.Json(List((await ModelsAsync(caller, cancellationToken)).Where(m => m.Folder == "embeddings").Select(m => Path.ChangeExtension(m.Name, null)).Distinct()));

    private async Task<IReadOnlyList<Model>> ModelsAsync(DoorCaller caller, CancellationToken cancellationToken) =>
        (await api.GetAsync(caller, "/api/models", ApiJson.Default.ModelList, cancellationToken)).Models;

    private static JsonArray List(IEnumerable<string> names) => new([.. names.Select(n => JsonValue.Create(n))]);
}
