using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.ComfyDoors.Timelines;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/history</c>: the caller's own prompts that have ended.</summary>
internal sealed class HistoryEndpoints(GenerationApiClient api, Catalogs catalogs, OwnerStates owners, IOptions<DoorOptions> options)
{
    private const int MaxBytes = 1 << 20;

    /// <summary>How many are listed by default.</summary>
    private const int DefaultItems = 100;
    private const int MaxItems = 1_000;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Map(RouteGroupBuilder comfy)
    {
        comfy.MapGet("/history", (HistoryEndpoints endpoints, DoorCaller caller, int? max_items, int? offset, HttpContext context) =>
            endpoints.ListAsync(caller, max_items, offset, context.RequestAborted));
        comfy.MapGet("/history/{id}", (HistoryEndpoints endpoints, string id, DoorCaller caller, HttpContext context) => endpoints.GetAsync(id, caller, context.RequestAborted));
        comfy.MapPost("/history", (HistoryEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.ChangeAsync(caller, context));
    }

    private async Task<IResult> GetAsync(string id, DoorCaller caller, CancellationToken cancellationToken)
    {
        var history = new JsonObject();
        if (Guid.TryParse(id, out var known) && await api.FindAsync(caller, known, full: true, cancellationToken) is { Generation.HasEnded: true } prompt)
            history[prompt.Id.ToString()] = PromptShapes.HistoryEntry(prompt, await catalogs.GetAsync(caller, cancellationToken));
        return ComfyResults.Json(history);
    }

    private async Task<IResult> ListAsync(DoorCaller caller, int? maxItems, int? offset, CancellationToken cancellationToken)
    {
        if (maxItems is null && offset is null)
            return TypedResults.Bytes(await ShortAsync(caller, cancellationToken), "application/json; charset=utf-8");
        // ComfyUI has none for a number below 1, or the first one if it is told where to begin.
        var wanted = Math.Clamp(maxItems ?? DefaultItems, offset is >= 0 ? 1 : 0, MaxItems);
        var skip = 0;
        if (offset is >= 0)
        {
            // ComfyUI counts from the oldest.
            var total = (await api.EndedAsync(caller, full: false, 1, 0, cancellationToken)).Total;
            (skip, wanted) = (Math.Max(0, total - offset.Value - wanted), Math.Max(0, Math.Min(wanted, total - offset.Value)));
        }

        var prompts = wanted == 0 ? [] : (await api.EndedAsync(caller, full: true, wanted, skip, cancellationToken)).Items;
        return ComfyResults.Json(Entries(prompts, await catalogs.GetAsync(caller, cancellationToken)));
    }

    /// <summary>Some programs request all of it ten times a second: they get the newest, without workflows, from memory.</summary>
    private Task<byte[]> ShortAsync(DoorCaller caller, CancellationToken cancellationToken) => owners.Of(caller).History.GetAsync(async () =>
    {
        var prompts = (await api.EndedAsync(caller, full: false, DefaultItems, 0, cancellationToken)).Items;
        return Encoding.UTF8.GetBytes(Entries(prompts, NodeCatalog.Empty).ToJsonString(Plain));
    });

    private async Task<IResult> ChangeAsync(DoorCaller caller, HttpContext context)
    {
        var body = await RequestJson.ReadAsync(context, MaxBytes);
        var clear = body?.IsSet("clear") == true;
        var ids = body?["delete"] is JsonArray list ? list.Select(i => Guid.TryParse(i?.ToString(), out var id) ? id : Guid.Empty).Where(i => i != Guid.Empty).ToList() : [];
        if (clear || ids.Count > 0)
        {
            var hide = new JsonObject { ["all"] = clear };
            if (!clear)
                hide["ids"] = new JsonArray([.. ids.Select(i => JsonValue.Create(i.ToString()))]);
            await api.PostAsync(caller, "/api/doors/prompts/hide", Encoding.UTF8.GetBytes(hide.ToJsonString()), context.RequestAborted);
            owners.Of(caller).History.Clear();
        }

        return TypedResults.Ok();
    }

    /// <summary>In the order in which they ended, newest last; as many full entries as there is room for.</summary>
    private JsonObject Entries(IReadOnlyList<Prompt> prompts, NodeCatalog catalog)
    {
        var room = (long)options.Value.MaxHistoryBytes;
        var entries = prompts.TakeWhile(p => (room -= 1_000 + (p.Workflow?.GetRawText().Length ?? 0) + (p.ExtraData?.GetRawText().Length ?? 0)) > 0)
            .Select(p => KeyValuePair.Create(p.Id.ToString(), (JsonNode?)PromptShapes.HistoryEntry(p, catalog)));
        return new JsonObject(entries.Reverse());
    }
}
