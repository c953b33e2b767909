using System.Text.Json;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Reading;

/// <summary>
/// Where other JSON may contain a workflow: the body of a request, what the editor's own programs export, an entry of ComfyUI's history
/// (<c>{id: {"prompt": [number, id, workflow, ...]}}</c>).
/// </summary>
internal static class Wrapped
{
    private static readonly string[] Names = ["prompt", "output", "workflow", "extra_data", "extra_pnginfo"];

    /// <summary>The objects, lists, and texts that begin as an object, that may hold one; the likeliest first.</summary>
    public static IEnumerable<JsonElement> In(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object),
        JsonValueKind.Object => Names.Select(n => json.Member(n)).OfType<JsonElement>().Concat(Only(json)).Where(MayHoldOne),
        _ => [],
    };

    private static IEnumerable<JsonElement> Only(JsonElement json) => json.EnumerateObject().Take(2).Select(m => m.Value).ToList() is [var only] ? [only] : [];

    private static bool MayHoldOne(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array => true,
        JsonValueKind.String => json.GetString()!.AsSpan().TrimStart() is ['{', ..],
        _ => false,
    };
}
