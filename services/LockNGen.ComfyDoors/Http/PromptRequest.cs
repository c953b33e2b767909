using System.Text.Json.Nodes;

namespace LockNGen.ComfyDoors.Http;

/// <summary>The body of POST /prompt.</summary>
internal sealed record PromptRequest
{
    /// <summary>Keys of extra_data that are ComfyUI's own, or must not be stored.</summary>
    private static readonly string[] NotKept =
        ["client_id", "create_time", "preview_method", "lockngen", PartnerKeyName, "auth_token_comfy_org"];

    private const string PartnerKeyName = "api_key_comfy_org";

    public required JsonObject Workflow { get; init; }
    public required Guid Id { get; init; }

    /// <summary>Whether the client chose the id.</summary>
    public required bool HasOwnId { get; init; }
    public string? ClientId { get; init; }
    public JsonObject? ExtraData { get; init; }
    public string? PartnerKey { get; init; }

    /// <summary>Whether it is to be the next.</summary>
    public bool IsFirst { get; init; }

    /// <summary>The only outputs wanted.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>Reads it; null with the refusal if it is invalid.</summary>
    public static (PromptRequest? Request, IResult? Refusal) Read(JsonObject body)
    {
        if (body["prompt"] is not { } prompt)
            return (null, ComfyResults.Error(StatusCodes.Status400BadRequest, "no_prompt", "No prompt provided", "No prompt provided"));
        if (prompt is not JsonObject workflow)
            return (null, ComfyResults.Error(StatusCodes.Status400BadRequest, "invalid_prompt", "Cannot execute prompt", "prompt must be an object: a workflow in API format"));
        var hasId = body["prompt_id"] is not null;
        var id = Guid.NewGuid();
        if (hasId && !(Text(body["prompt_id"]) is { } text && Guid.TryParseExact(text, "D", out id) && id.ToString() == text && id != Guid.Empty))
            return (null, ComfyResults.Error(StatusCodes.Status400BadRequest, "invalid_prompt_id", "prompt_id must be a canonical, lower-case UUID", body["prompt_id"]!.ToJsonString()));
        var extra = body["extra_data"] as JsonObject;
        var targets = body["partial_execution_targets"] as JsonArray;
        body.Remove("prompt");
        return (new PromptRequest
        {
            Workflow = workflow,
            Id = id,
            HasOwnId = hasId,
            ClientId = (Text(body["client_id"]) ?? Text(extra?["client_id"])) is { Length: > 0 } client ? client : null,
            PartnerKey = Text(extra?[PartnerKeyName]) is { Length: > 0 } key ? key : null,
            IsFirst = body.IsSet("front"),
            ExtraData = Kept(extra),
            Targets = targets is null ? null : [.. targets.Select(t => t is JsonValue value && value.TryGetValue<string>(out var name) ? name : t?.ToJsonString() ?? "")],
        }, null);
    }

    private static JsonObject? Kept(JsonObject? extra)
    {
        if (extra is null)
            return null;
        var kept = new JsonObject(extra.Where(e => !NotKept.Contains(e.Key, StringComparer.Ordinal)).Select(e => KeyValuePair.Create(e.Key, e.Value?.DeepClone())));
        return kept.Count == 0 ? null : kept;
    }

    /// <summary>A number as a client id is allowed, and means no socket.</summary>
    private static string? Text(JsonNode? value) => value is JsonValue text && text.TryGetValue<string>(out var word) ? word : null;
}
