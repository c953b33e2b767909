using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>A prompt's <c>extra_data</c>: what the submitter wants nodes to read, secrets, and the watcher's own keys, which take precedence.</summary>
internal static class PromptExtraData
{
    /// <summary>Where partner nodes look for the key that pays for them.</summary>
    public const string PartnerKey = "api_key_comfy_org";

    public static JsonObject Of(PromptMarker marker, string? previewMethod, JsonElement? submitted, IReadOnlyDictionary<string, string> secrets)
    {
        var data = submitted is { ValueKind: JsonValueKind.Object } given ? JsonObject.Create(given.Clone())!.DeepClone().AsObject() : [];
        foreach (var (name, secret) in secrets)
            data[name] = secret;
        // Newer servers let a prompt choose its previews; older ones know only their command line.
        if (previewMethod is { Length: > 0 })
            data["preview_method"] = previewMethod;
        data[PromptMarker.Key] = JsonSerializer.SerializeToNode(marker, ComfyUiJson.Default.PromptMarker);
        return data;
    }
}
