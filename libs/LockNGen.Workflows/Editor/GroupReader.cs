using System.Text.Json;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Editor;

/// <summary>
/// Reads a group node, which editors had before subgraphs, as the subgraph that it is: nodes without ids, links by their numbers, and
/// inputs and outputs for everything that is not linked inside.
/// </summary>
internal sealed class GroupReader(JsonElement group, NodeDefinitions definitions)
{
    private readonly List<EditorNode> _nodes = [];
    private readonly List<EditorLink> _links = [];
    private readonly List<EditorInput> _inputs = [];

    public EditorGraph Read()
    {
        foreach (var (node, index) in group.Items("nodes").Select((n, i) => (n, i)))
        {
            if (ReadNode(node, index) is { } read)
                _nodes.Add(read);
        }

        var drawn = group.Items("links").Select(l => l.ValueKind == JsonValueKind.Array && l.GetArrayLength() >= 4 ? l.EnumerateArray().Take(4).Select(p => p.Integer()).ToArray() : [])
            .Where(l => l.Length == 4 && l.All(p => p is not null)).Select(l => l.Select(p => p!.Value).ToArray()).ToList();
        var outside = group.Items("external").Where(e => e.ValueKind == JsonValueKind.Array && e.GetArrayLength() >= 2)
            .Select(e => (Node: e[0].Integer(), Slot: e[1].Integer())).ToHashSet();

        // Fields that became sockets come after all others.
        var late = new List<Action>();
        foreach (var (node, index) in _nodes.Select((n, i) => (n, i)).ToList())
        {
            var isInside = node.Type == VirtualNodes.Reroute && drawn.Any(l => l[2] == index) && drawn.Any(l => l[0] == index) && !outside.Contains((index, 0));
            for (var slot = 0; slot < node.Inputs.Count; slot++)
            {
                var (at, input) = (slot, node.Inputs[slot]);
                if (drawn.Find(l => l[2] == index && l[3] == at) is { } link)
                    Connect(index, at, new EditorLink(NewId(), Text(link[0]), link[1], node.Id, at));
                else if (input.Field is not null)
                    late.Add(() => AddInput(index, at));
                else if (!isInside && IsVisible(index, "input", input.Name) != false)
                    AddInput(index, at);
            }

            AddOutputs(node, index, drawn, outside);
        }

        late.ForEach(add => add());
        return new EditorGraph(_nodes, _links) { Inputs = _inputs, InnerFields = [.. Fields()] };
    }

    private static EditorNode? ReadNode(JsonElement element, int index)
    {
        var type = element.Text("type");
        return type is null ? null : new EditorNode
        {
            Id = Text(index),
            Type = type,
            Order = index,
            Title = element.Text("title"),
            Mode = element.Member("mode")?.Integer() ?? 0,
            Inputs = [.. element.Items("inputs").Select(EditorInput.Read).Select(i => i with { Link = null })],
            Outputs = [.. element.Items("outputs").Select(o => new EditorOutput(o.Text("name") ?? "", EditorInput.TypeOf(o)))],
            Values = element.Member("widgets_values") ?? default,
            Properties = element.Member("properties") ?? default,
        };
    }

    private void AddInput(int node, int slot)
    {
        Connect(node, slot, new EditorLink(NewId(), EditorLink.Inputs, _inputs.Count, Text(node), slot));
        _inputs.Add(_nodes[node].Inputs[slot]);
    }

    private void AddOutputs(EditorNode node, int index, List<int[]> drawn, HashSet<(int?, int?)> outside)
    {
        for (var slot = 0; slot < node.Outputs.Count; slot++)
        {
            var isUsedInside = drawn.Any(l => l[0] == index && l[1] == slot) && !outside.Contains((index, slot));
            if (node.Type == VirtualNodes.Primitive || !(IsVisible(index, "output", Text(slot)) ?? !isUsedInside))
                continue;
            _links.Add(new EditorLink(NewId(), node.Id, slot, EditorLink.Outputs, _links.Count(l => l.Target == EditorLink.Outputs)));
        }
    }

    private void Connect(int node, int slot, EditorLink link)
    {
        _links.Add(link);
        var inputs = _nodes[node].Inputs.ToList();
        inputs[slot] = inputs[slot] with { Link = link.Id };
        _nodes[node] = _nodes[node] with { Inputs = inputs };
    }

    /// <summary>The fields that the group's node shows, in its order; other entries among its values have no node.</summary>
    private IEnumerable<InnerField> Fields()
    {
        foreach (var node in _nodes)
        {
            if (node.Type == VirtualNodes.Primitive)
            {
                yield return new(node.Id, VirtualNodes.PrimitiveField);
                continue;
            }

            var converted = node.Inputs.Select(i => i.Field).ToHashSet();
            foreach (var input in definitions.Find(node.Type)?.Inputs.Where(i => i.HasField && !converted.Contains(i.Name)) ?? [])
                yield return new(node.Id, input.Name);
        }
    }

    private bool? IsVisible(int node, string kind, string name) =>
        group.Member("config")?.Member(Text(node))?.Member(kind)?.Member(name)?.Member("visible") is { ValueKind: JsonValueKind.True or JsonValueKind.False } visible ? visible.GetBoolean() : null;

    private string NewId() => "g" + Text(_links.Count);

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
