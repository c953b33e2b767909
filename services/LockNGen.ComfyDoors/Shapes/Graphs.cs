using System.Text.Json.Nodes;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>Questions about the links of a workflow.</summary>
internal static class Graphs
{
    /// <summary>The output nodes that depend on a node.</summary>
    public static IEnumerable<string> DependentOutputs(JsonObject workflow, string node, NodeCatalog catalog) =>
        catalog.OutputsOf(workflow).Where(o => o == node || Needed(workflow, [o]).Contains(node));

    /// <summary>A workflow without what none of these nodes needs.</summary>
    public static JsonObject Only(JsonObject workflow, IEnumerable<string> targets)
    {
        var needed = Needed(workflow, targets);
        return new JsonObject(workflow.Where(n => needed.Contains(n.Key)).Select(n => KeyValuePair.Create(n.Key, n.Value?.DeepClone())));
    }

    private static HashSet<string> Needed(JsonObject workflow, IEnumerable<string> targets)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(targets.Where(workflow.ContainsKey));
        while (open.TryPop(out var id))
        {
            if (!needed.Add(id) || (workflow[id] as JsonObject)?["inputs"] is not JsonObject inputs)
                continue;
            foreach (var source in inputs.Select(i => NodeCatalog.SourceOf(i.Value)).OfType<string>().Where(workflow.ContainsKey))
                open.Push(source);
        }

        return needed;
    }
}
