using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Conversion;

/// <summary>
/// Follows links to where a value really comes from: out of and into subgraphs, through bypassed nodes and nodes that are only drawn. The same
/// steps as the editor's own (<c>ExecutableNodeDTO</c>).
/// </summary>
internal sealed class LinkResolution
{
    /// <summary>Steps of one link through nodes that are only drawn, bypassed or subgraphs.</summary>
    private const int Longest = 2000;

    private readonly HashSet<(Scope, string, int, bool)> _visited = [];

    private LinkResolution()
    {
    }

    /// <summary>What an input receives; null for nothing.</summary>
    public static Resolved? Follow(Scope scope, EditorNode node, int slot) => new LinkResolution().Input(scope, node, slot, null);

    private Resolved? Input(Scope scope, EditorNode node, int slot, string? type)
    {
        Visit(scope, node, slot, isInput: true);
        if (node.Inputs.ElementAtOrDefault(slot) is not { } input || LinkOf(scope, node, slot) is not { } link)
            return null;
        if (link.Origin == EditorLink.Inputs && scope is { Outer: { } outer, Host: { } host })
            return Outside(scope, outer, host, link.OriginSlot);
        return scope.Graph.Node(link.Origin) is { } origin ? Output(scope, origin, link.OriginSlot, type ?? input.Type) : null;
    }

    private void Visit(Scope scope, EditorNode node, int slot, bool isInput)
    {
        if (!_visited.Add((scope, node.Id, slot, isInput)))
            throw new InvalidWorkflowException($"The links at node {scope.Prefix}{node.Id} ({node.Title ?? node.Type}) form a circle.");
        if (_visited.Count > Longest)
            throw new InvalidWorkflowException($"A link at node {scope.Prefix}{node.Id} ({node.Title ?? node.Type}) goes through more than {Longest / 2} reroutes or bypassed nodes.");
    }

    private static EditorLink? LinkOf(Scope scope, EditorNode node, int slot)
    {
        if (scope.Graph.Link(node.Inputs[slot].Link) is { } drawn)
            return drawn;
        return scope.Outer is null && scope.Workflow.DrawnNowhere.TryGetValue((node.Id, slot), out var link) ? link : null;
    }

    /// <summary>An input of a subgraph: what is linked to its node, or the value of its field.</summary>
    private Resolved? Outside(Scope inside, Scope outer, EditorNode host, int slot)
    {
        var at = HostSlot(inside, host, slot);
        if (at >= 0 && LinkOf(outer, host, at) is not null)
            return Input(outer, host, at, null);
        return inside.HostValue(slot) is { } value ? Resolved.Constant(value) : null;
    }

    // The node's sockets are found by their names: they may have been saved in another order than the subgraph has them now.
    private static int HostSlot(Scope inside, EditorNode host, int slot)
    {
        if (inside.Graph.Inputs.ElementAtOrDefault(slot) is not { } wanted)
            return -1;
        var inputs = host.Inputs;
        if (slot < inputs.Count && inputs[slot].Name == wanted.Name)
            return slot;
        var same = Enumerable.Range(0, inputs.Count).Where(i => inputs[i].Name == wanted.Name).ToList();
        if (same.Count > 0)
            return same.Find(i => inputs[i].Type == wanted.Type) is > 0 and var exact ? exact : same[0];
        // Group nodes may use other names.
        return inside.Graph.InnerFields.Count > 0 || inside.Graph.Inputs.Any(i => i.Name.Length == 0) ? slot : -1;
    }

    private Resolved? Output(Scope scope, EditorNode node, int slot, string type)
    {
        Visit(scope, node, slot, isInput: false);
        if (node.IsBypassed)
            return BypassSlot(node, slot, type) is >= 0 and var through ? Input(scope, node, through, null) : null;
        if (scope.Inside(node) is { } inside)
            return Inside(inside, slot, type);
        if (node.Type == VirtualNodes.Primitive)
            return scope.ValueOf(node, VirtualNodes.PrimitiveField) is { } value ? Resolved.Constant(value) : null;
        if (VirtualNodes.IsGetter(node.Type))
            return Setter(scope, node) is { } found ? Input(found.Scope, found.Node, 0, type) : null;
        if (VirtualNodes.Contains(node.Type))
            return slot < node.Inputs.Count ? Input(scope, node, slot, type) : null;
        return Resolved.Output(scope.Prefix + node.Id, slot);
    }

    private Resolved? Inside(Scope inside, int slot, string type)
    {
        if (inside.Graph.LinkToOutput(slot) is not { } link)
            return null;
        if (link.Origin == EditorLink.Inputs)
            return Outside(inside, inside.Outer!, inside.Host!, link.OriginSlot);
        return inside.Graph.Node(link.Origin) is { } origin ? Output(inside, origin, link.OriginSlot, type) : null;
    }

    // Names are looked for where the node is, then further out.
    private static (Scope Scope, EditorNode Node)? Setter(Scope scope, EditorNode getter)
    {
        var name = NameOf(getter);
        for (var at = scope; name is not null && at is not null; at = at.Outer)
        {
            if (at.Graph.Nodes.FirstOrDefault(n => VirtualNodes.IsSetter(n.Type) && NameOf(n) == name) is { } setter)
                return (at, setter);
        }

        return null;
    }

    private static string? NameOf(EditorNode node) =>
        node.Values is { ValueKind: System.Text.Json.JsonValueKind.Array } values && values.GetArrayLength() > 0 && values[0].ValueKind == System.Text.Json.JsonValueKind.String ? values[0].GetString() : null;

    /// <summary>The input whose value passes through a bypassed node to this output.</summary>
    private static int BypassSlot(EditorNode node, int slot, string type)
    {
        var inputs = node.Inputs;
        if (type is "*" or "")
            return inputs.Count > slot ? slot : 0;
        var output = node.Outputs.ElementAtOrDefault(slot)?.Type ?? "*";
        if (slot < inputs.Count && LinkTypes.Fit(inputs[slot].Type, output) && LinkTypes.Fit(inputs[slot].Type, type))
            return slot;
        var all = inputs.ToList();
        var exact = all.FindIndex(i => i.Type == type);
        return exact >= 0 ? exact : all.FindIndex(i => LinkTypes.Fit(i.Type, output) && LinkTypes.Fit(i.Type, type));
    }
}
