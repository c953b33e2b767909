using System.Text.Json;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Editor;

/// <summary>A graph as the editor saves it: the whole one, or the inside of a subgraph.</summary>
internal sealed class EditorGraph
{
    private readonly Dictionary<string, EditorNode> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EditorLink> _links = new(StringComparer.Ordinal);

    public EditorGraph(IEnumerable<EditorNode> nodes, IEnumerable<EditorLink> links)
    {
        foreach (var node in nodes)
            _byId[node.Id] = node;
        foreach (var link in links)
            _links[link.Id] = link;
        Nodes = [.. _byId.Values.OrderBy(n => n.Order)];
    }

    /// <summary>Its nodes, in the order in which they would run.</summary>
    public IReadOnlyList<EditorNode> Nodes { get; }

    public IEnumerable<EditorLink> Links => _links.Values;

    /// <summary>The inputs of a subgraph.</summary>
    public IReadOnlyList<EditorInput> Inputs { get; init; } = [];

    /// <summary>Values for fields of the inner nodes that are not among its inputs: legacy group nodes have these.</summary>
    public IReadOnlyList<InnerField> InnerFields { get; init; } = [];

    public EditorNode? Node(string id) => _byId.GetValueOrDefault(id);

    public EditorLink? Link(string? id) => id is null ? null : _links.GetValueOrDefault(id);

    /// <summary>The link to an output of a subgraph.</summary>
    public EditorLink? LinkToOutput(int slot) => _links.Values.FirstOrDefault(l => l.Target == EditorLink.Outputs && l.TargetSlot == slot);

    public IEnumerable<EditorLink> LinksFromInput(int slot) => _links.Values.Where(l => l.Origin == EditorLink.Inputs && l.OriginSlot == slot);

    /// <summary>The input at which a link ends; its number in the link may predate the node's current inputs.</summary>
    public EditorInput? TargetOf(EditorLink link) => Node(link.Target) is not { } node
        ? null
        : node.Inputs.FirstOrDefault(i => i.Link == link.Id) ?? node.Inputs.ElementAtOrDefault(link.TargetSlot);

    public static EditorGraph Read(JsonElement element)
    {
        // Links used to be an object by id.
        IEnumerable<JsonElement> links = element.Member("links") is { ValueKind: JsonValueKind.Object } byId
            ? byId.EnumerateObject().Select(m => m.Value)
            : element.Items("links");
        return new EditorGraph(element.Items("nodes").Select(EditorNode.Read).OfType<EditorNode>(), links.Select(EditorLink.Read).OfType<EditorLink>())
        {
            Inputs = [.. element.Items("inputs").Select(EditorInput.Read)],
        };
    }
}

/// <summary>A field of a node inside of a group.</summary>
internal sealed record InnerField(string Node, string Field);
