using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Catalog;

/// <summary>Retired node classes that a server replaces before it validates, from its <c>/node_replacements</c>.</summary>
internal sealed class NodeReplacements
{
    public static readonly NodeReplacements None = new(new Dictionary<string, NodeReplacement>());

    private readonly IReadOnlyDictionary<string, NodeReplacement> _byOldClass;

    private NodeReplacements(IReadOnlyDictionary<string, NodeReplacement> byOldClass) => _byOldClass = byOldClass;

    /// <summary>Its successor, if there is one. If there are several, the server takes the first.</summary>
    public NodeReplacement? Of(string oldClass) => _byOldClass.GetValueOrDefault(oldClass);

    /// <summary>Reads <c>{"Old": [{"new_node_id": "New", "input_mapping": [...], "output_mapping": [...]}]}</c>.</summary>
    public static NodeReplacements Parse(JsonElement replacements)
    {
        if (replacements.ValueKind != JsonValueKind.Object)
            return None;
        var byOldClass = new Dictionary<string, NodeReplacement>(StringComparer.Ordinal);
        foreach (var old in replacements.EnumerateObject())
        {
            if (old.Value.ValueKind == JsonValueKind.Array && old.Value.GetArrayLength() > 0
                && old.Value[0].Deserialize(NodeReplacementJson.Default.NodeReplacement) is { NewClass: not null } replacement)
            {
                byOldClass[old.Name] = replacement;
            }
        }

        return new NodeReplacements(byOldClass);
    }
}

/// <summary>The replacement for a retired class.</summary>
internal sealed record NodeReplacement
{
    [JsonPropertyName("new_node_id")]
    public string? NewClass { get; init; }

    [JsonPropertyName("input_mapping")]
    public IReadOnlyList<InputMapping>? Inputs { get; init; }

    [JsonPropertyName("output_mapping")]
    public IReadOnlyList<OutputMapping>? Outputs { get; init; }
}

/// <summary>An input of the new class: an old one's value, or a fixed one.</summary>
internal sealed record InputMapping
{
    [JsonPropertyName("new_id")]
    public string? NewName { get; init; }

    [JsonPropertyName("old_id")]
    public string? OldName { get; init; }

    [JsonPropertyName("set_value")]
    public JsonElement? Value { get; init; }
}

/// <summary>An output of the old class, and the corresponding one of the new class.</summary>
internal sealed record OutputMapping
{
    [JsonPropertyName("old_idx")]
    public int OldSlot { get; init; }

    [JsonPropertyName("new_idx")]
    public int NewSlot { get; init; }
}

[JsonSerializable(typeof(NodeReplacement))]
internal sealed partial class NodeReplacementJson : JsonSerializerContext;
