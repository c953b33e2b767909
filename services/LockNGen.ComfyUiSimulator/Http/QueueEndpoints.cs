using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary><c>/queue</c>, <c>/interrupt</c> and <c>/free</c>.</summary>
internal static class QueueEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/queue", (ComfyUiServer server, ServerEnvironment environment) =>
        {
            var (running, pending) = server.Queue.Snapshot();
            return ComfyResults.Json(new JsonObject
            {
                // Version A shows even the keys that it omits from the history.
                ["queue_running"] = new JsonArray([.. running.Select(i => i.ToJson(environment.IsVersionB))]),
                ["queue_pending"] = new JsonArray([.. pending.Select(i => i.ToJson(environment.IsVersionB))]),
            });
        });
        routes.MapPost("/queue", async (HttpRequest request, ComfyUiServer server, CancellationToken cancellationToken) =>
        {
            var body = await ComfyResults.ReadJsonAsync(request, cancellationToken) as JsonObject ?? throw PythonException.TypeError("argument is not iterable");
            if (body["clear"] is JsonValue clear && clear.TryGetValue(out bool all) && all)
                server.Queue.Clear();
            foreach (var id in body["delete"] as JsonArray ?? [])
                server.Queue.Delete(PythonText.Str(id));
            return ComfyResults.Empty();
        });
        routes.MapPost("/interrupt", async (HttpRequest request, ComfyUiServer server, CancellationToken cancellationToken) =>
        {
            var body = await ComfyResults.ReadOptionalJsonAsync(request, cancellationToken);
            if (body["prompt_id"] is not { } id || server.Queue.Running?.PromptId == PythonText.Str(id))
                server.Worker.Interrupt.Set();
            return ComfyResults.Empty();
        });
        routes.MapPost("/free", async (HttpRequest request, ComfyUiServer server, CancellationToken cancellationToken) =>
        {
            var body = await ComfyResults.ReadJsonAsync(request, cancellationToken);
            if (body?["free_memory"] is JsonValue free && free.TryGetValue(out bool wanted) && wanted)
                server.Worker.FreeMemory();
            return ComfyResults.Empty();
        });
    }
}
