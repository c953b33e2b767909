using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>The submitted graph plus the ephemeral nodes that expanding nodes add while it runs.</summary>
internal sealed class DynamicPrompt(JsonObject original)
{
    private readonly Dictionary<string, Ephemeral> _ephemeral = new(StringComparer.Ordinal);

    public IEnumerable<string> OriginalIds => original.Select(p => p.Key);

    public bool Contains(string id) => original.ContainsKey(id) || _ephemeral.ContainsKey(id);

    public JsonObject Node(string id) =>
        original[id] as JsonObject ?? (_ephemeral.TryGetValue(id, out var node) ? node.Node : throw PythonException.KeyError(id));

    public JsonObject Inputs(string id) => Node(id)["inputs"] as JsonObject ?? throw PythonException.KeyError("inputs");

    public string ClassType(string id) => Node(id)["class_type"]!.GetValue<string>();

    public void AddEphemeral(string id, JsonObject node, string parentId) => _ephemeral[id] = new Ephemeral(node, parentId);

    public string? ParentId(string id) => _ephemeral.TryGetValue(id, out var node) ? node.ParentId : null;

    /// <summary>The node of the submitted graph that a node was expanded from.</summary>
    public string RealId(string id)
    {
        while (_ephemeral.TryGetValue(id, out var node))
            id = node.ParentId;
        return id;
    }

    private sealed record Ephemeral(JsonObject Node, string ParentId);
}
