using System.Text.Json.Nodes;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Proposals;

/// <summary>A workflow in the API's format, of which only what an output depends on is considered.</summary>
internal sealed class PromptGraph
{
    private readonly Dictionary<string, PromptNode> _nodes;
    private readonly ILookup<string, (PromptNode Node, string Input, int Slot)> _uses;

    private PromptGraph(Dictionary<string, PromptNode> nodes)
    {
        _nodes = nodes;
        Reached = [.. Upstream(nodes.Values.Where(n => n.Definition?.IsOutput == true))];
        // If no class is known to be an output, all of it is considered.
        if (Reached.Count == 0)
            Reached = [.. nodes.Values];
        _uses = Reached.SelectMany(n => n.Links.Select(l => (l.Value.Node, Use: (n, l.Key, l.Value.Slot)))).ToLookup(u => u.Node, u => u.Use);
    }

    public IReadOnlyList<PromptNode> Reached { get; }

    public static PromptGraph Read(JsonObject workflow, NodeDefinitions definitions) => new(
        workflow.Where(n => n.Value is JsonObject o && o["class_type"] is JsonValue).ToDictionary(
            n => n.Key, n => PromptNode.Read(n.Key, n.Value!.AsObject(), definitions), StringComparer.Ordinal));

    public PromptNode? Find(string id) => _nodes.GetValueOrDefault(id);

    /// <summary>The inputs that receive a node's outputs.</summary>
    public IEnumerable<(PromptNode Node, string Input, int Slot)> UsesOf(PromptNode node) => _uses[node.Id];

    private List<PromptNode> Upstream(IEnumerable<PromptNode> from)
    {
        var reached = new HashSet<PromptNode>();
        var open = new Stack<PromptNode>(from);
        while (open.TryPop(out var node))
        {
            if (!reached.Add(node))
                continue;
            foreach (var (source, _) in node.Links.Values)
            {
                if (_nodes.TryGetValue(source, out var next))
                    open.Push(next);
            }
        }

        return [.. _nodes.Values.Where(reached.Contains)];
    }
}
