using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.ComfyDoors.Timelines;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/queue</c> and <c>/interrupt</c>: the caller's own.</summary>
internal sealed class QueueEndpoints(GenerationApiClient api, ReportedQueue queue, Catalogs catalogs)
{
    private const int MaxBytes = 1 << 20;

    public static void Map(RouteGroupBuilder comfy)
    {
        comfy.MapGet("/queue", (QueueEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.GetAsync(caller, context.RequestAborted));
        comfy.MapPost("/queue", (QueueEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.ChangeAsync(caller, context));
        comfy.MapPost("/interrupt", (QueueEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.InterruptAsync(caller, context));
    }

    private async Task<IResult> GetAsync(DoorCaller caller, CancellationToken cancellationToken)
    {
        var active = await queue.ActiveAsync(caller, full: true, cancellationToken);
        var catalog = active.Items.Count == 0 ? NodeCatalog.Empty : await catalogs.GetAsync(caller, cancellationToken);
        return ComfyResults.Json(new JsonObject { ["queue_running"] = Items(running: true), ["queue_pending"] = Items(running: false) });

        JsonArray Items(bool running) => new([.. active.Items.Where(p => p.Generation.IsRunning == running).Select(p => PromptShapes.Item(p, catalog))]);
    }

    /// <summary>Deleting a running prompt ends it, too: programs delete first and then interrupt.</summary>
    private async Task<IResult> ChangeAsync(DoorCaller caller, HttpContext context)
    {
        if (await RequestJson.ReadAsync(context, MaxBytes) is not { } body)
            return ComfyResults.Error(StatusCodes.Status400BadRequest, "invalid_json", "The body is not a JSON object");
        var active = (await api.ActiveAsync(caller, full: false, context.RequestAborted)).Items;
        var ids = body["delete"] is JsonArray list ? list.Select(i => i?.ToString() ?? "").ToHashSet(StringComparer.Ordinal) : [];
        var clear = body.IsSet("clear");
        foreach (var prompt in active.Where(p => ids.Contains(p.Id.ToString()) || (clear && !p.Generation.IsRunning)))
            await api.CancelAsync(caller, prompt.Id, context.RequestAborted);
        return TypedResults.Ok();
    }

    /// <summary>The named prompt, if it is running; without a name, the one that has run for the longest.</summary>
    private async Task<IResult> InterruptAsync(DoorCaller caller, HttpContext context)
    {
        var body = await RequestJson.ReadAsync(context, MaxBytes);
        var running = (await api.ActiveAsync(caller, full: false, context.RequestAborted)).Items.Where(p => p.Generation.IsRunning && p.Door == "comfyui");
        var prompt = body?["prompt_id"]?.ToString() is { Length: > 0 } id
            ? running.FirstOrDefault(p => p.Id.ToString() == id)
            : running.Where(p => p.Generation.CancelRequestedAt is null).MinBy(p => p.Generation.StartedAt);
        if (prompt is not null)
            await api.CancelAsync(caller, prompt.Id, context.RequestAborted);
        return TypedResults.Ok();
    }
}
