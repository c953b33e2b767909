using System.Text.Json;

namespace LockNGen.Workflows.Catalog;

/// <summary>The node classes that are known, as the editor needs them: read from ComfyUI's <c>/object_info</c>, one server's or several.</summary>
public sealed class NodeDefinitions
{
    private readonly IReadOnlyDictionary<string, Lazy<NodeDefinition>> _classes;

    private NodeDefinitions(IReadOnlyDictionary<string, Lazy<NodeDefinition>> classes) => _classes = classes;

    public static NodeDefinitions None { get; } = new(new Dictionary<string, Lazy<NodeDefinition>>());

    /// <summary>The names of all classes.</summary>
    public IEnumerable<string> Names => _classes.Keys;

    /// <summary>The class of this name, if it is known.</summary>
    public NodeDefinition? Find(string name) => _classes.GetValueOrDefault(name)?.Value;

    /// <summary>Reads <c>/object_info</c>; entries that are not classes are skipped.</summary>
    public static NodeDefinitions Parse(JsonElement objectInfo)
    {
        var classes = new Dictionary<string, Lazy<NodeDefinition>>(StringComparer.Ordinal);
        if (objectInfo.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in objectInfo.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Object))
                classes[member.Name] = new(() => NodeDefinition.Read(member.Name, member.Value));
        }

        return new NodeDefinitions(classes);
    }

    /// <summary>The classes of several servers; where they differ the first wins.</summary>
    public static NodeDefinitions Merge(IReadOnlyList<NodeDefinitions> servers)
    {
        if (servers.Count == 1)
            return servers[0];
        var classes = new Dictionary<string, Lazy<NodeDefinition>>(StringComparer.Ordinal);
        foreach (var (name, definition) in servers.SelectMany(s => s._classes))
            classes.TryAdd(name, definition);
        return new NodeDefinitions(classes);
    }
}
