using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Nodes;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary>What the server can do: node classes, model files, embeddings.</summary>
internal static class ObjectInfoEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ComfyUiVersion version)
    {
        if (version == ComfyUiVersion.B)
            routes.MapGet("/node_replacements", (NodeLibrary library) => ComfyResults.Json(library.Replacements));
        routes.MapGet("/object_info", (ServerEnvironment environment) => Describe(environment, environment.Library.All));
        routes.MapGet("/object_info/{classType}", (string classType, ServerEnvironment environment) =>
            Describe(environment, environment.Library.Find(classType) is { } node ? [node] : []));
        routes.MapGet("/models", (ModelFolders models) => Names(models.Names));
        routes.MapGet("/models/{folder}", (string folder, ModelFolders models) =>
            models.Files(folder) is { } files ? Names(files) : ComfyResults.Empty(StatusCodes.Status404NotFound));
        routes.MapGet("/embeddings", (ModelFolders models) => Names(models.Files("embeddings")!.Select(Path.GetFileNameWithoutExtension)));
    }

    private static IResult Describe(ServerEnvironment environment, IEnumerable<NodeDefinition> nodes) =>
        ComfyResults.Json(new JsonObject(nodes.Select(n => KeyValuePair.Create<string, JsonNode?>(n.ClassType, n.ToJson(environment.IsVersionB)))));

    private static IResult Names(IEnumerable<string?> names) => ComfyResults.Json(new JsonArray([.. names.Select(n => (JsonNode?)n)]));
}
