using System.Text.Json;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Editor;

/// <summary>A workflow in the editor's format.</summary>
internal sealed class EditorWorkflow
{
    // "workflow/Name" until 2024, "workflow>Name" since.
    private const string GroupPrefix = "workflow";

    private readonly Dictionary<string, EditorGraph> _subgraphs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _groups = new(StringComparer.Ordinal);

    private EditorWorkflow(EditorGraph graph) => Graph = graph;

    public EditorGraph Graph { get; }

    /// <summary>Links that the extension "Use Everywhere" makes without drawing them: by node and number of the input.</summary>
    public IReadOnlyDictionary<(string Node, int Slot), EditorLink> DrawnNowhere { get; private init; } = new Dictionary<(string, int), EditorLink>();

    public static bool IsOne(JsonElement element) => element.Member("nodes") is { ValueKind: JsonValueKind.Array };

    public static EditorWorkflow Read(JsonElement element)
    {
        var extra = element.Member("extra") ?? default;
        var workflow = new EditorWorkflow(EditorGraph.Read(element)) { DrawnNowhere = ReadDrawnNowhere(extra) };
        workflow.ReadSubgraphs(element);
        foreach (var group in extra.Members("groupNodes"))
            workflow._groups[group.Name] = group.Value;
        return workflow;
    }

    /// <summary>What a node of this type consists of, if it is a subgraph or a group.</summary>
    public EditorGraph? Inside(string type, NodeDefinitions definitions)
    {
        if (_subgraphs.TryGetValue(type, out var subgraph))
            return subgraph;
        if (type.Length <= GroupPrefix.Length || !type.StartsWith(GroupPrefix, StringComparison.Ordinal) || type[GroupPrefix.Length] is not ('/' or '>'))
            return null;
        return _groups.TryGetValue(type[(GroupPrefix.Length + 1)..], out var group) ? _subgraphs[type] = new GroupReader(group, definitions).Read() : null;
    }

    // They are side by side, in older files also nested.
    private void ReadSubgraphs(JsonElement element)
    {
        foreach (var subgraph in (element.Member("definitions") ?? default).Items("subgraphs"))
        {
            if (subgraph.Member("id")?.Id() is { } id)
                _subgraphs[id] = EditorGraph.Read(subgraph);
            ReadSubgraphs(subgraph);
        }
    }

    private static Dictionary<(string, int), EditorLink> ReadDrawnNowhere(JsonElement extra)
    {
        Dictionary<(string, int), EditorLink> links = [];
        foreach (var link in extra.Items("ue_links"))
        {
            if (link.Member("downstream")?.Id() is { } target && link.Member("upstream")?.Id() is { } origin
                && link.Member("downstream_slot")?.Integer() is { } targetSlot && link.Member("upstream_slot")?.Integer() is { } originSlot)
            {
                links[(target, targetSlot)] = new EditorLink("", origin, originSlot, target, targetSlot);
            }
        }

        return links;
    }
}
