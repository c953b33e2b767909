using System.Text.Json;
using LockNGen.Workflows.Catalog;
using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Conversion;

/// <summary>One use of a graph: the whole workflow, or the inside of one of its subgraph nodes.</summary>
internal sealed class Scope
{
    private const int Deepest = 32;
    private const int MostUses = 5000;

    private readonly Dictionary<string, Scope> _inside = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<(string Name, JsonElement Value, InputDefinition? Input)>> _values = new(StringComparer.Ordinal);
    private readonly Scope _root;
    private readonly int _depth;
    private int _uses;

    public Scope(EditorWorkflow workflow, NodeDefinitions definitions)
    {
        Workflow = workflow;
        Definitions = definitions;
        Graph = workflow.Graph;
        Prefix = "";
        _root = this;
    }

    private Scope(Scope outer, EditorNode host, EditorGraph graph)
    {
        if (outer._depth >= Deepest)
            throw new InvalidWorkflowException($"Subgraphs are nested more than {Deepest} levels deep; '{host.Title ?? host.Type}' probably contains itself.");
        _root = outer._root;
        if (++_root._uses > MostUses)
            throw new InvalidWorkflowException($"The workflow has more than {MostUses} subgraphs, nested ones included.");
        (Workflow, Definitions, Graph, Outer, Host) = (outer.Workflow, outer.Definitions, graph, outer, host);
        Prefix = $"{outer.Prefix}{host.Id}:";
        _depth = outer._depth + 1;
    }

    public EditorWorkflow Workflow { get; }
    public NodeDefinitions Definitions { get; }
    public EditorGraph Graph { get; }

    /// <summary>The prefix of its nodes' ids: the ids of the nodes that contain it.</summary>
    public string Prefix { get; }

    /// <summary>The graph that the subgraph's node is in.</summary>
    public Scope? Outer { get; }

    /// <summary>The subgraph's node.</summary>
    public EditorNode? Host { get; }

    /// <summary>Values that the subgraph's node has for its inputs, by their number.</summary>
    public Dictionary<int, JsonElement> HostValues { get; } = [];

    /// <summary>Values that the subgraph's node has for fields of the nodes inside.</summary>
    public Dictionary<InnerField, JsonElement> FieldValues { get; } = [];

    /// <summary>The inside of a node, if it is a subgraph.</summary>
    public Scope? Inside(EditorNode node)
    {
        if (_inside.TryGetValue(node.Id, out var known))
            return known;
        if (Workflow.Inside(node.Type, Definitions) is not { } graph)
            return null;
        var inside = new Scope(this, node, graph);
        _inside[node.Id] = inside;
        HostFields.Apply(inside, node);
        return inside;
    }

    /// <summary>The values of a node's fields; those from outside replace its own.</summary>
    public IReadOnlyList<(string Name, JsonElement Value, InputDefinition? Input)> ValuesOf(EditorNode node)
    {
        if (_values.TryGetValue(node.Id, out var known))
            return known;
        var own = Conversion.FieldValues.Read(node, Definitions.Find(node.Type));
        return _values[node.Id] = [.. own.Select(o => FieldValues.TryGetValue(new(node.Id, o.Name), out var value) ? o with { Value = value } : o)];
    }

    /// <summary>The value of one field; for a primitive, its only one.</summary>
    public JsonElement? ValueOf(EditorNode node, string field)
    {
        if (FieldValues.TryGetValue(new(node.Id, field), out var given))
            return given;
        if (node.Type == VirtualNodes.Primitive)
            return node.Values.ValueKind == JsonValueKind.Array && node.Values.GetArrayLength() > 0 ? node.Values[0] : null;
        foreach (var (name, value, _) in ValuesOf(node))
        {
            if (name == field)
                return value;
        }

        return null;
    }

    /// <summary>The value of an input's field on this subgraph's node: its own, or that of the first field inside that it represents.</summary>
    public JsonElement? HostValue(int slot) => HostValues.TryGetValue(slot, out var value) ? value : FirstField(slot)?.Value;

    /// <summary>The first field inside that an input of the subgraph's node represents; null if it is only a socket.</summary>
    public (InputDefinition? Input, JsonElement? Value)? FirstField(int slot)
    {
        foreach (var link in Graph.LinksFromInput(slot))
        {
            if (Graph.Node(link.Target) is not { } node || Graph.TargetOf(link) is not { } target)
                continue;
            if (Inside(node) is { } inside)
            {
                var index = inside.Graph.Inputs.ToList().FindIndex(i => i.Name == target.Name);
                if (index >= 0 && inside.FirstField(index) is { } nested)
                    return nested with { Value = inside.HostValue(index) };
                continue;
            }

            var name = target.Field ?? target.Name;
            if (ValuesOf(node).FirstOrDefault(v => v.Name == name) is { Name: not null } field)
                return (field.Input, field.Value);
        }

        return null;
    }
}
