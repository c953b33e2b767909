using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Proposals;

/// <summary>A node of a workflow in the API's format.</summary>
internal sealed class PromptNode
{
    public required string Id { get; init; }
    public required string Class { get; init; }
    public required NodeDefinition? Definition { get; init; }

    /// <summary>Its custom title; null if that is the default of its class.</summary>
    public required string? OwnTitle { get; init; }

    /// <summary>Links by the input's name: the node and output that they come from.</summary>
    public required IReadOnlyDictionary<string, (string Node, int Slot)> Links { get; init; }

    /// <summary>Values by the input's name.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Values { get; init; }

    public static PromptNode Read(string id, JsonObject node, NodeDefinitions definitions)
    {
        var links = new Dictionary<string, (string, int)>(StringComparer.Ordinal);
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in node["inputs"] as JsonObject ?? [])
        {
            var element = value is null ? default : JsonElement.Parse(value.ToJsonString());
            if (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2 && element[0].Id() is { } source && element[1].Integer() is { } slot)
                links[name] = (source, slot);
            else
                values[name] = element;
        }

        var type = node["class_type"]!.GetValue<string>();
        var definition = definitions.Find(type);
        var title = node["_meta"] is JsonObject meta && meta["title"] is JsonValue titled && titled.TryGetValue<string>(out var text) ? text.Trim() : "";
        return new PromptNode
        {
            Id = id,
            Class = type,
            Definition = definition,
            OwnTitle = title.Length is 0 or > 80 || title == type || title == definition?.Title ? null : title,
            Links = links,
            Values = values,
        };
    }
}
