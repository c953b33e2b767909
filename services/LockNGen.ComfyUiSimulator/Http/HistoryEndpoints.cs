using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Python;
using LockNGen.ComfyUiSimulator.Queue;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary><c>/history</c>: ended prompts, by id, the newest, or a window from the oldest.</summary>
internal static class HistoryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/history", (HttpRequest request, ComfyUiServer server) => ToJson(server.Queue.History(
            Number(request, "max_items") is { } max ? Math.Max(0, max) : null,
            Number(request, "offset") ?? -1)));
        // A catch-all, as an id may contain slashes (version A accepts anything).
        routes.MapGet("/history/{*promptId}", (string promptId, ComfyUiServer server) =>
            ToJson(server.Queue.FindHistory(Uri.UnescapeDataString(promptId)) is { } entry ? [entry] : []));
        routes.MapPost("/history", async (HttpRequest request, ComfyUiServer server, CancellationToken cancellationToken) =>
        {
            var body = await ComfyResults.ReadJsonAsync(request, cancellationToken) as JsonObject ?? throw PythonException.TypeError("argument is not iterable");
            if (body["clear"] is JsonValue clear && clear.TryGetValue(out bool all) && all)
                server.Queue.ClearHistory();
            foreach (var id in body["delete"] as JsonArray ?? [])
                server.Queue.DeleteHistory(PythonText.Str(id));
            return ComfyResults.Empty();
        });
    }

    private static int? Number(HttpRequest request, string name) =>
        request.Query[name].ToString() is { Length: > 0 } text
            ? int.TryParse(text, out var number) ? number : throw PythonException.ValueError($"invalid literal for int() with base 10: {PythonText.Quote(text)}")
            : null;

    private static IResult ToJson(IEnumerable<HistoryEntry> entries)
    {
        var history = new JsonObject();
        foreach (var entry in entries)
            history[entry.Item.PromptId] = entry.ToJson();
        return ComfyResults.Json(history);
    }
}
