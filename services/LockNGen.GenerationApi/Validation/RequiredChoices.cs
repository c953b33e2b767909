using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Validation;

/// <summary>What an instance must have so that the nodes that run find their samplers, schedulers and models there.</summary>
internal static class RequiredChoices
{
    private const int MaxNesting = 8;
    private const int MaxFiles = 1_000;

    /// <summary>Whether an object of a list, such as a LoRA in a stack, is used.</summary>
    private static readonly string[] Switches = ["on", "enabled", "active", "enable"];

    /// <summary>Values of inputs with a list that may differ between instances.</summary>
    public static IReadOnlyList<NodeChoice> Of(WorkflowGraph graph, CatalogVerdict verdict) =>
    [
        .. from node in Running(graph, verdict)
           from input in node.Inputs
           let value = node.Text(input.Key)
           where !string.IsNullOrEmpty(value) && IsListed(verdict.Catalog, node.ClassType, input.Key, value)
           select new NodeChoice(node.ClassType, input.Key, value) { NodeId = node.Id },
    ];

    /// <summary>Model files inside objects (<c>{"on": true, "lora": "a.safetensors", "strength": 1}</c>), unless they are switched off.</summary>
    public static IReadOnlyList<string> FilesIn(WorkflowGraph graph, CatalogVerdict verdict) =>
    [
        .. Running(graph, verdict).SelectMany(n => n.Inputs).Where(i => i.Value is JsonObject).SelectMany(i => FilesIn(i.Value, 0)).Distinct(StringComparer.Ordinal).Take(MaxFiles),
    ];

    private static IEnumerable<WorkflowNode> Running(WorkflowGraph graph, CatalogVerdict verdict) => graph.Nodes.Where(n => verdict.Reached.Contains(n.Id));

    /// <summary>Without a catalog, assume that instances differ in models.</summary>
    private static bool IsListed(NodeCatalog? catalog, string classType, string input, string value) => catalog is null
        ? ModelFolders.Of(classType, input) is not null
        : catalog.InputsNamed(classType, input).Any(i => i.HasList && i.SpellingOf(value) is not null);

    private static IEnumerable<string> FilesIn(JsonNode? value, int depth) => value switch
    {
        _ when depth > MaxNesting => [],
        JsonObject map => IsOff(map) ? [] : map.SelectMany(m => FilesIn(m.Value, depth + 1)),
        JsonArray list => list.SelectMany(v => FilesIn(v, depth + 1)),
        JsonValue text when depth > 0 && text.TryGetValue<string>(out var name) && ModelFolders.IsModelFile(name) => [name],
        _ => [],
    };

    private static bool IsOff(JsonObject map) => Switches.Any(s => map[s]?.GetValueKind() == JsonValueKind.False);
}
