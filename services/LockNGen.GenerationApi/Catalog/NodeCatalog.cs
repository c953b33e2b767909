using System.Text.Json;

namespace LockNGen.GenerationApi.Catalog;

/// <summary>
/// What an instance can do, from ComfyUI's <c>/object_info</c>: its node classes with their inputs, and among the choices of those inputs
/// the models, samplers and schedulers that exist.
/// </summary>
internal sealed class NodeCatalog
{
    private readonly Dictionary<string, NodeClass> _classes = new(StringComparer.Ordinal);
    private readonly Lazy<HashSet<string>> _files;

    private NodeCatalog(NodeReplacements replacements)
    {
        Replacements = replacements;
        _files = new(() => [.. _classes.Values.SelectMany(c => c.Inputs.Values).SelectMany(i => i.Choices?.Names ?? []).Where(ModelFolders.IsModelFile).Select(ChoiceList.AsPath)]);
    }

    /// <summary>All node classes.</summary>
    public IReadOnlyDictionary<string, NodeClass> Classes => _classes;

    /// <summary>Retired classes that the server replaces.</summary>
    public NodeReplacements Replacements { get; }

    /// <summary>The names among an input's choices, if it has a list of them.</summary>
    public IReadOnlyList<string>? ChoicesOf(string classType, string input) =>
        _classes.GetValueOrDefault(classType)?.Inputs.GetValueOrDefault(input)?.Choices?.Names;

    /// <summary>Whether nodes of this class run here, as they are or replaced.</summary>
    public bool Has(string classType) =>
        _classes.ContainsKey(classType) || (Replacements.Of(classType)?.NewClass is { } successor && _classes.ContainsKey(successor));

    /// <summary>What is known of an input, including inputs of retired classes; empty if it is unknown.</summary>
    public IEnumerable<NodeInputSpec> InputsNamed(string classType, string input)
    {
        if (_classes.TryGetValue(classType, out var known))
            return known.Named(input);
        var replacement = Replacements.Of(classType);
        return replacement?.Inputs?.FirstOrDefault(m => m.OldName == input)?.NewName is { } name && _classes.TryGetValue(replacement.NewClass!, out var successor)
            ? successor.Named(name)
            : [];
    }

    /// <summary>The server's spelling of this choice of an input; null if it does not have it. A value not bound to a list is returned as it is.</summary>
    public string? SpellingOf(string classType, string input, string value)
    {
        var lists = InputsNamed(classType, input).Where(i => i.HasList).ToList();
        return lists.Count == 0 ? value : lists.Select(l => l.SpellingOf(value)).FirstOrDefault(s => s is not null);
    }

    /// <summary>Whether any list of the server has this model file.</summary>
    public bool HasFile(string name) => _files.Value.Contains(ChoiceList.AsPath(name));

    /// <summary>Reads <c>/object_info</c> and, where the server has it, <c>/node_replacements</c>.</summary>
    /// <exception cref="JsonException">It is not a JSON object.</exception>
    public static NodeCatalog Parse(JsonElement objectInfo, JsonElement? replacements = null)
    {
        if (objectInfo.ValueKind != JsonValueKind.Object)
            throw new JsonException("object_info is not an object.");
        var catalog = new NodeCatalog(replacements is { } given ? NodeReplacements.Parse(given) : NodeReplacements.None);
        foreach (var node in objectInfo.EnumerateObject())
        {
            if (node.Value.ValueKind == JsonValueKind.Object)
                catalog._classes[node.Name] = ObjectInfoReader.ReadClass(node.Value);
        }

        return catalog;
    }
}
