using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Files;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>All node classes by class type: the simulator's own, and those of a live server's catalog.</summary>
internal sealed class NodeLibrary
{
    private readonly IFileStore _files;
    private readonly OrderedDictionary<string, NodeDefinition> _own = new(StringComparer.Ordinal);
    private volatile OrderedDictionary<string, NodeDefinition> _nodes;

    public NodeLibrary(IOptions<SimulatorOptions> options, IFileStore files, ModelFolders models)
    {
        NodeDefinition[] all =
        [
            .. SamplingNodes.Create(),
            .. LoaderNodes.Create(options.Value, models),
            .. ConditioningNodes.Create(),
            .. LatentNodes.Create(),
            .. VaeNodes.Create(),
            .. LoadImageNodes.Create(files),
            .. ImageNodes.Create(),
            .. SaveNodes.Create(),
            .. AudioNodes.Create(),
            .. MediaNodes.Create(),
            .. LabNodes.Create(),
        ];
        foreach (var node in all)
            _own.Add(node.ClassType, node);
        _files = files;
        _nodes = _own;
        if (options.Value.AllClasses)
            LoadStock(models);
        if (options.Value.Catalog is { } path)
            Load(JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new InvalidDataException($"{path} holds no object."), replace: true);
    }

    public IEnumerable<NodeDefinition> All => _nodes.Values;

    /// <summary>Replacements for retired classes, applied before validation, as returned by <c>GET /node_replacements</c>.</summary>
    public JsonObject Replacements { get; set; } = [];

    /// <summary>Adds the classes of an <c>/object_info</c>; for the simulator's own classes, only their entries.</summary>
    /// <param name="objectInfo">Classes by name.</param>
    /// <param name="replace">Whether all other classes are removed.</param>
    public void Load(JsonObject objectInfo, bool replace)
    {
        var nodes = new OrderedDictionary<string, NodeDefinition>(replace ? [] : _nodes, StringComparer.Ordinal);
        foreach (var (name, value) in objectInfo)
        {
            if (value is JsonObject live)
                nodes[name] = _own.TryGetValue(name, out var own) ? own.As(live) : LiveNodes.Create(name, live, _files);
        }

        _nodes = nodes;
    }

    /// <summary>Replaces the list of an input, as when a model is added or removed. False if there is no such class or list.</summary>
    public bool SetChoices(string classType, string input, JsonArray choices)
    {
        if (Find(classType)?.ToJson(isVersionB: true) is not { } live)
            return false;
        if ((live["input"]?["required"]?[input] ?? live["input"]?["optional"]?[input]) is not JsonArray spec)
            return false;
        if (spec[0] is JsonArray)
            spec[0] = choices;
        else
            spec[1]!["options"] = choices;
        Load(new JsonObject { [classType] = live }, replace: false);
        return true;
    }

    public NodeDefinition? Find(string classType) => _nodes.GetValueOrDefault(classType);

    /// <summary>The simulator's own classes stay as they are.</summary>
    private void LoadStock(ModelFolders models)
    {
        var stock = StockCatalog.Read(models);
        foreach (var own in _own.Keys)
            stock.Remove(own);
        Load(stock, replace: false);
    }
}
