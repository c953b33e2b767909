using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>The node classes of the farm: the JSON of <c>/object_info</c>, and lookups in it.</summary>
internal sealed class NodeCatalog
{
    private readonly JsonElement _classes;

    public NodeCatalog(byte[] json, string tag)
    {
        (Json, Tag) = (json, tag);
        _classes = JsonElement.Parse(json);
    }

    /// <summary>The whole JSON.</summary>
    public byte[] Json { get; }

    /// <summary>Changes whenever the JSON does.</summary>
    public string Tag { get; }

    /// <summary>Used while there is no instance.</summary>
    public static NodeCatalog Empty { get; } = new("{}"u8.ToArray(), "");

    /// <summary>Whether no class is known.</summary>
    public bool IsEmpty => _classes.GetPropertyCount() == 0;

    /// <summary>One class in ComfyUI's format.</summary>
    public JsonElement? Find(string name) => _classes.TryGetProperty(name, out var found) ? found : null;

    /// <summary>An input of a class, required or optional.</summary>
    public JsonElement? InputOf(string name, string input)
    {
        if (Find(name) is not { } found || !found.TryGetProperty("input", out var inputs))
            return null;
        foreach (var group in (ReadOnlySpan<string>)["required", "optional"])
        {
            if (inputs.TryGetProperty(group, out var members) && members.ValueKind == JsonValueKind.Object && members.TryGetProperty(input, out var spec))
                return spec;
        }

        return null;
    }

    /// <summary>The output nodes of a workflow; nodes of unknown classes count if no other node depends on them.</summary>
    public IReadOnlyList<string> OutputsOf(JsonObject workflow)
    {
        var used = workflow.SelectMany(n => (n.Value as JsonObject)?["inputs"] as JsonObject ?? []).Select(i => SourceOf(i.Value)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return [.. workflow.Where(n => IsOutput(n.Value) ?? !used.Contains(n.Key)).Select(n => n.Key)];
    }

    /// <summary>The node that a value comes from, if it is a link.</summary>
    public static string? SourceOf(JsonNode? value) =>
        value is JsonArray { Count: 2 } link && link[0] is JsonValue id && id.TryGetValue<string>(out var source) ? source : null;

    private bool? IsOutput(JsonNode? node) =>
        (node as JsonObject)?["class_type"] is JsonValue name && name.TryGetValue<string>(out var text) && Find(text) is { } found
            ? found.TryGetProperty("output_node", out var output) && output.ValueKind == JsonValueKind.True
            : null;
}
