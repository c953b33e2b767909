using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Doors;

/// <summary>
/// Several <c>/object_info</c> as one: all classes, and of a class that several have, all choices. The rest comes from the first. Uploads
/// are among the files of ComfyUI's input folder, and those of other people are not listed.
/// </summary>
internal static class CatalogUnion
{
    private static readonly string[] Groups = ["required", "optional"];

    public static JsonObject Of(IEnumerable<JsonObject> catalogs)
    {
        JsonObject? union = null;
        foreach (var catalog in catalogs)
        {
            if (union is null)
                union = catalog;
            else
                Add(union, catalog);
        }

        foreach (var (_, definition) in union ?? [])
            RemoveUploads((definition as JsonObject)?["input"]);
        return union ?? [];
    }

    private static void RemoveUploads(JsonNode? node)
    {
        if (node is JsonArray list)
            list.RemoveAll(choice => choice is JsonValue value && value.TryGetValue<string>(out var name) && UploadName.In(name) is not null);
        foreach (var child in node switch { JsonArray array => array, JsonObject members => members.Select(m => m.Value), _ => [] })
            RemoveUploads(child);
    }

    private static void Add(JsonObject union, JsonObject other)
    {
        foreach (var (name, definition) in other)
        {
            if (union[name] is JsonObject known && definition is JsonObject more)
                AddChoices(known, more);
            else if (union[name] is null)
                union[name] = definition?.DeepClone();
        }
    }

    private static void AddChoices(JsonObject known, JsonObject more)
    {
        foreach (var group in Groups)
        {
            if (known["input"]?[group] is not JsonObject inputs || more["input"]?[group] is not JsonObject others)
                continue;
            foreach (var (name, input) in inputs)
            {
                if (ChoicesOf(input) is { } choices && ChoicesOf(others[name]) is { } added)
                    AddTo(choices, added);
            }
        }
    }

    /// <summary>Lists come in two forms: <c>[["a", "b"], {...}]</c> and <c>["COMBO", {"options": ["a", "b"]}]</c>.</summary>
    private static JsonArray? ChoicesOf(JsonNode? input) => input is JsonArray { Count: > 0 } spec
        ? spec[0] as JsonArray ?? (spec.Count > 1 ? (spec[1] as JsonObject)?["options"] as JsonArray : null)
        : null;

    private static void AddTo(JsonArray choices, JsonArray added)
    {
        var known = choices.Select(c => c?.ToJsonString()).ToHashSet(StringComparer.Ordinal);
        foreach (var choice in added)
        {
            if (known.Add(choice?.ToJsonString()))
                choices.Add(choice?.DeepClone());
        }
    }
}
