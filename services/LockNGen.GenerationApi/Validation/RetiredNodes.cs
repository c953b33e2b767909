using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Validation;

/// <summary>A workflow as a server sees it once it has replaced retired classes by their successors.</summary>
internal static class RetiredNodes
{
    public static WorkflowGraph Replace(WorkflowGraph graph, NodeCatalog catalog)
    {
        var replaced = graph.Nodes.Where(n => IsReplaced(n.ClassType, catalog)).ToDictionary(n => n.Id, n => catalog.Replacements.Of(n.ClassType)!);
        return replaced.Count == 0 ? graph : new WorkflowGraph([.. graph.Nodes.Select(n => Relink(Replace(n, replaced), replaced))]);
    }

    private static bool IsReplaced(string classType, NodeCatalog catalog) => !catalog.Classes.ContainsKey(classType) && catalog.Has(classType);

    private static WorkflowNode Replace(WorkflowNode node, Dictionary<string, NodeReplacement> replaced)
    {
        if (!replaced.TryGetValue(node.Id, out var replacement))
            return node;
        var inputs = new JsonObject();
        foreach (var mapping in replacement.Inputs ?? [])
        {
            if (mapping.NewName is not { } name)
                continue;
            if (mapping.Value is { } value)
                inputs[name] = JsonNode.Parse(value.GetRawText());
            else if (mapping.OldName is { } old && node.Inputs.TryGetPropertyValue(old, out var given))
                inputs[name] = given?.DeepClone();
        }

        return new WorkflowNode(node.Id, replacement.NewClass!, inputs);
    }

    private static WorkflowNode Relink(WorkflowNode node, Dictionary<string, NodeReplacement> replaced)
    {
        if (!node.Inputs.Any(i => node.SourceOf(i.Key) is { } source && replaced.ContainsKey(source)))
            return node;
        var inputs = node.Inputs.DeepClone().AsObject();
        foreach (var link in inputs.Select(i => i.Value).OfType<JsonArray>().Where(l => l.Count == 2))
        {
            if (link[0] is JsonValue id && id.TryGetValue<string>(out var source) && replaced.TryGetValue(source, out var replacement)
                && link[1] is JsonValue slot && slot.TryGetValue<int>(out var old) && replacement.Outputs?.FirstOrDefault(o => o.OldSlot == old) is { } mapping)
            {
                link[1] = mapping.NewSlot;
            }
        }

        return node with { Inputs = inputs };
    }
}
