using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Files;
using LockNGen.ComfyUiSimulator.Http;
using LockNGen.ComfyUiSimulator.Nodes;

namespace LockNGen.ComfyUiSimulator.Admin;

/// <summary>Routes with which a test sets the server's node classes, the outputs of its nodes, and its files.</summary>
internal static class CatalogEndpoints
{
    public static void Map(IEndpointRouteBuilder admin)
    {
        admin.MapPost("/catalog", async (HttpRequest request, bool? replace, NodeLibrary library, CancellationToken cancellationToken) =>
            library.Load(await ReadAsync(request, cancellationToken), replace ?? false));
        admin.MapPost("/catalog/choices", async Task<IResult> (
            HttpRequest request, string classType, string input, NodeLibrary library, CancellationToken cancellationToken) =>
            await ComfyResults.ReadJsonAsync(request, cancellationToken) is JsonArray choices && library.SetChoices(classType, input, choices)
                ? TypedResults.Ok()
                : TypedResults.NotFound());
        admin.MapPost("/node-replacements", async (HttpRequest request, NodeLibrary library, CancellationToken cancellationToken) =>
        {
            library.Replacements = await ReadAsync(request, cancellationToken);
        });
        admin.MapPost("/outputs", async (HttpRequest request, string node, ServerEnvironment environment, CancellationToken cancellationToken) =>
            environment.Scripts.Set(node, await ComfyResults.ReadJsonAsync(request, cancellationToken) as JsonObject));
        admin.MapPost("/files", async Task<IResult> (
            HttpRequest request, string name, string? type, IFileStore files, CancellationToken cancellationToken) =>
        {
            if (FileKindNames.Parse(type ?? "output") is not { } kind || FilePath.Normalize(name) is not { } path)
                return TypedResults.BadRequest();
            using var content = new MemoryStream();
            await request.Body.CopyToAsync(content, cancellationToken);
            files.Write(kind, path, content.ToArray());
            return TypedResults.Ok();
        });
    }

    private static async Task<JsonObject> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        await ComfyResults.ReadJsonAsync(request, cancellationToken) as JsonObject ?? throw new BadHttpRequestException("The body must be a JSON object.");
}
