using LockNGen.ComfyUiSimulator.Files;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>All node classes by class type.</summary>
internal sealed class NodeLibrary
{
    private readonly OrderedDictionary<string, NodeDefinition> _nodes = new(StringComparer.Ordinal);

    public NodeLibrary(IOptions<SimulatorOptions> options, IFileStore files, ModelFolders models)
    {
        NodeDefinition[] all =
        [
            .. SamplingNodes.Create(),
            .. LoaderNodes.Create(options.Value, models),
            .. ConditioningNodes.Create(),
            .. LatentNodes.Create(),
            .. LoadImageNodes.Create(files),
            .. ImageNodes.Create(),
            .. SaveNodes.Create(),
            .. AudioNodes.Create(),
            .. LabNodes.Create(),
        ];
        foreach (var node in all)
            _nodes.Add(node.ClassType, node);
    }

    public IEnumerable<NodeDefinition> All => _nodes.Values;

    public NodeDefinition? Find(string classType) => _nodes.GetValueOrDefault(classType);
}
