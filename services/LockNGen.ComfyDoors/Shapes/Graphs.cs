using System.Text.Json.Nodes;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>Queries about the links of a workflow.</summary>
internal static class Graphs
{
    /// <summary>The output nodes that depend on a node.</summary>
    public static IEnumerable<string> DependentOutputs(JsonObject workflow, string node, NodeCatalog catalog) =>
        catalog.OutputsOf(workflow).Where(o => o == node || Needed(workflow, [o]).Contains(node));

    /// <summary>A workflow with only what these nodes need.</summary>
    public static JsonObject Only(JsonObject workflow, IEnumerable<string> targets)
    {
        var needed = Needed(workflow, targets);
        return new JsonObject(workflow.Where(n => needed.Contains(n.Key)).Select(n => KeyValuePair.Create(n.Key, n.Value?.DeepClone())));
    }

    /// <summary>The nodes of a cycle that contains a node, beginning with it; none if there is no cycle. Without recursion, because a chain may be long.</summary>
    public static IReadOnlyList<string> CycleOf(JsonObject workflow, string node)
    {
        var path = new List<(string Id, Queue<string> Next)> { (node, SourcesOf(workflow, node)) };
        var seen = new HashSet<string>(StringComparer.Ordinal) { node };
        while (path.Count > 0)
        {
            if (!path[^1].Next.TryDequeue(out var source))
                path.RemoveAt(path.Count - 1);
            else if (source == node)
                return [.. path.Select(p => p.Id)];
            else if (seen.Add(source))
                path.Add((source, SourcesOf(workflow, source)));
        }

        return [];
    }

    private static Queue<string> SourcesOf(JsonObject workflow, string id) => (workflow[id] as JsonObject)?["inputs"] is JsonObject inputs
        ? new(inputs.Select(i => NodeCatalog.SourceOf(i.Value)).OfType<string>().Where(workflow.ContainsKey))
        : new();

    private static HashSet<string> Needed(JsonObject workflow, IEnumerable<string> targets)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(targets.Where(workflow.ContainsKey));
        while (open.TryPop(out var id))
        {
            if (!needed.Add(id))
                continue;
            foreach (var source in SourcesOf(workflow, id))
                open.Push(source);
        }

        return needed;
    }
}
