using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Hosting;

namespace LockNGen.ComfyUiWatcher.Translation;

/// <summary>A workflow in ComfyUI's API format as a graph: the names, weights and dependencies of its nodes.</summary>
internal sealed class RunGraph
{
    private readonly Dictionary<string, WorkflowNode> _nodes;

    private RunGraph(Dictionary<string, WorkflowNode> nodes) => _nodes = nodes;

    /// <summary>Whether a node sends finished images through the socket.</summary>
    public bool SendsImages => _nodes.Values.Any(n => n.SendsImages);

    public static RunGraph Of(JsonObject workflow) =>
        new(workflow.ToDictionary(n => n.Key, n => WorkflowNode.Of(n.Key, n.Value as JsonObject ?? [])));

    public WorkflowNode? Find(string nodeId) => _nodes.GetValueOrDefault(nodeId);

    /// <summary>The node as the author of the workflow knows it: nodes of an expanded subgraph (<c>60.0.0.1</c>) count for the one that expanded.</summary>
    public string DisplayNode(string node, string? displayNode = null)
    {
        displayNode ??= node;
        return Find(displayNode) is null ? WithoutExpansion(displayNode) : displayNode;
    }

    public static string WithoutExpansion(string node) => node.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? node[..dot] : node;

    /// <summary>Nodes that nothing else reads: the outputs, as far as a workflow alone can tell.</summary>
    public IEnumerable<string> Sinks()
    {
        var read = _nodes.Values.SelectMany(n => n.Sources).ToHashSet();
        return _nodes.Keys.Where(id => !read.Contains(id));
    }

    /// <summary>These nodes and everything they depend on. A graph with cycles ends too.</summary>
    public IReadOnlySet<string> ReachableFrom(IEnumerable<string> nodeIds)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(nodeIds);
        while (open.TryPop(out var id))
        {
            if (_nodes.TryGetValue(id, out var node) && reached.Add(id))
                node.Sources.ToList().ForEach(open.Push);
        }

        return reached;
    }
}

/// <summary>One node of a workflow.</summary>
internal sealed record WorkflowNode(string ClassType, string? Title, IReadOnlyList<string> Sources, double Weight)
{
    private const int PlainWeight = 1;
    private const int DefaultSamplerSteps = 20;
    private const int MinSamplerWeight = 5;

    /// <summary>Part of every event of the node.</summary>
    private const int MaxTitle = 200;
    private static readonly string[] SwarmSavers = ["SwarmSaveImageWS", "SwarmSaveAnimationWS", "SwarmSaveAnimatedWebpWS"];

    /// <summary>
    /// It sends finished images through the socket, as if they were previews, and leaves no file: the stock <c>SaveImageWebsocket</c>, and the
    /// custom nodes that are named after it.
    /// </summary>
    public bool SendsImages => ClassType.Contains("websocket", StringComparison.OrdinalIgnoreCase) || SwarmSavers.Contains(ClassType);

    public static WorkflowNode Of(string id, JsonObject node)
    {
        var inputs = node["inputs"] as JsonObject ?? [];
        return new WorkflowNode(
            Text(node["class_type"]) ?? id,
            Short(Text((node["_meta"] as JsonObject)?["title"])),
            [.. inputs.Select(i => i.Value).OfType<JsonArray>().Where(link => link.Count == 2).Select(link => Text(link[0])).OfType<string>()],
            WeightOf(inputs));
    }

    private static string? Short(string? title) => title?.Truncate(MaxTitle);

    // Nearly all of the time goes into sampling, one step much like the next. Every node that takes a latent and denoises it counts its steps;
    // loaders, encoders and savers count as one.
    private static double WeightOf(JsonObject inputs)
    {
        var samples = inputs.ContainsKey("latent_image") || (inputs.ContainsKey("steps") && inputs.ContainsKey("denoise"));
        if (!samples || inputs.ContainsKey("sampler_name") is false && inputs.ContainsKey("sampler") is false)
            return PlainWeight;
        var steps = inputs["steps"] is JsonValue value && value.TryGetValue<double>(out var number) ? number : DefaultSamplerSteps;
        return Math.Max(MinSamplerWeight, steps);
    }

    private static string? Text(JsonNode? node) => node is JsonValue value
        ? value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.Number => value.ToJsonString(),
            _ => null,
        }
        : null;
}
