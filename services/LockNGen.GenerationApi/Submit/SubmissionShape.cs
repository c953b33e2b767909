using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.GenerationApi.Submit;

/// <summary>
/// Requests in shapes other than ours: a workflow without its wrapper, as ComfyUI exports it; <c>{"prompt": {...}}</c>, as ComfyUI's own API
/// expects it; a workflow of the editor, which is recognized later.
/// </summary>
internal static class SubmissionShape
{
    /// <summary>Fields of ComfyUI's API without meaning here: which client to notify, and the position in its queue.</summary>
    private static readonly string[] Dropped = ["client_id", "front", "number"];

    /// <summary>Fields that have a different name here.</summary>
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["prompt"] = "workflow",
        ["extra_data"] = "extraData",
        ["prompt_id"] = "id",
    };

    public static JsonElement Of(JsonElement body)
    {
        if (body.TryGetProperty("workflow", out var workflow))
            return IsWrapped(workflow) ? With(body, "workflow", workflow.GetProperty("prompt")) : body;
        if (IsWrapped(body))
            return OfComfyUi(body);
        return LooksLikeWorkflow(body) ? JsonSerializer.SerializeToElement(new JsonObject { ["workflow"] = JsonObject.Create(body) }, SubmitJson.Default.JsonObject) : body;
    }

    private static JsonElement OfComfyUi(JsonElement body)
    {
        var known = SubmitJson.Default.SubmitRequest.Properties.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var request = new JsonObject();
        foreach (var member in body.EnumerateObject().Where(m => !Dropped.Contains(m.Name)))
        {
            var name = Renamed.GetValueOrDefault(member.Name, member.Name);
            request[known.Contains(name) ? name : member.Name] = JsonNode.Parse(member.Value.GetRawText());
        }

        if (request["extraData"] is JsonObject extra)
            TakeApart(extra, request);
        return JsonSerializer.SerializeToElement(request, SubmitJson.Default.JsonObject);
    }

    /// <summary>What ComfyUI's page adds to <c>extra_data</c> beside the caller's own: the key of partner nodes, and what ComfyUI sets itself.</summary>
    private static void TakeApart(JsonObject extra, JsonObject request)
    {
        if (extra["api_key_comfy_org"] is { } key && extra.Remove("api_key_comfy_org"))
            request["partnerKey"] = key;
        foreach (var name in Dropped.Append("create_time"))
            extra.Remove(name);
    }

    private static JsonElement With(JsonElement body, string name, JsonElement value)
    {
        var request = JsonObject.Create(body)!;
        request[name] = JsonNode.Parse(value.GetRawText());
        return JsonSerializer.SerializeToElement(request, SubmitJson.Default.JsonObject);
    }

    private static bool IsWrapped(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("prompt", out var prompt) && prompt.ValueKind == JsonValueKind.Object && !prompt.TryGetProperty("class_type", out _);

    private static bool LooksLikeWorkflow(JsonElement body) =>
        (body.TryGetProperty("nodes", out var nodes) && nodes.ValueKind == JsonValueKind.Array)
        || body.EnumerateObject().Any(m => m.Value.ValueKind == JsonValueKind.Object && m.Value.TryGetProperty("class_type", out _));
}
