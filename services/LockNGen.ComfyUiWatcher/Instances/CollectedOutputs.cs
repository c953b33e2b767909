using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// The outputs of one prompt so far, from the socket and the history. The same outputs may be reported by both, and twice after a reconnect.
/// </summary>
internal sealed class CollectedOutputs(RunGraph graph)
{
    private const int MaxResults = 1000;
    private const long MaxTextLength = 8L << 20;

    private readonly Dictionary<string, ShownByNode> _nodes = [];
    private readonly CollectedFrames _frames = new(graph);
    private readonly HashSet<string> _cached = [];

    public void Cached(IEnumerable<string> nodes) => _cached.UnionWith(nodes);

    public void Add(NodeExecuted executed)
    {
        var known = _nodes.TryGetValue(executed.Node, out var shown)
            ? shown
            : _nodes[executed.Node] = new ShownByNode(graph.DisplayNode(executed.Node, executed.DisplayNode), []);
        known.IsCut |= executed.Output.IsCut;
        known.SendsFrames |= executed.Output.SendsFrames;
        known.Results.AddRange(executed.Output.Results.Where(r => !known.Has(r)));
    }

    /// <inheritdoc cref="CollectedFrames.Add"/>
    public bool Add(PreviewFrame frame) => _frames.Add(frame);

    /// <summary>The history fills in what the socket missed, and the socket what was cleared from the history.</summary>
    public PromptOutputs With(PromptHistory? history)
    {
        Cached(history?.Cached ?? []);
        foreach (var shown in history?.Outputs ?? [])
            Add(shown);
        var all = _nodes.SelectMany(n => n.Value.Results.Select(r => Result(n.Key, n.Value.DisplayNode, r)))
            .Concat(_nodes.Values.Select(n => n.DisplayNode).Union(_frames.Nodes).SelectMany(Frames));
        // Saved files first: the first result of a workflow should be one that it saves. The sort is stable, so ComfyUI's order is kept.
        var ordered = all.OrderBy(r => r.Rank).ThenBy(r => r.NodeId, NodeIdOrder.Instance).ToList();
        return Cut(ordered, _nodes.Values.Any(n => n.IsCut) || _frames.AreCut(SentBy));
    }

    private PromptResult Result(string node, string display, NodeResult result) => new(display, result)
    {
        NodeTitle = graph.Find(display)?.Title,
        WasCached = _cached.Contains(node) || _cached.Contains(display),
    };

    private IEnumerable<PromptResult> Frames(string display) =>
        _frames.SentBy(display, SentBy(display)).Select(f => new PromptResult(display, new SentFrame(f)) { NodeTitle = graph.Find(display)?.Title });

    private ShownByNode? SentBy(string display)
    {
        var all = _nodes.Values.Where(n => n.DisplayNode == display).ToList();
        return all.Find(n => n.SendsFrames) ?? all.Find(n => n.Results.OfType<OutputFile>().Any());
    }

    private static PromptOutputs Cut(List<PromptResult> results, bool isCut)
    {
        var kept = new List<PromptResult>(Math.Min(results.Count, MaxResults));
        var length = 0L;
        foreach (var result in results.Take(MaxResults))
        {
            length += (result.Result as OutputText)?.Text.Length ?? 0;
            if (length <= MaxTextLength)
                kept.Add(result);
        }

        return new PromptOutputs(kept) { IsCut = isCut || kept.Count < results.Count };
    }
}

/// <summary>The outputs of one node.</summary>
internal sealed record ShownByNode(string DisplayNode, List<NodeResult> Results)
{
    public bool IsCut { get; set; }

    public bool SendsFrames { get; set; }

    public bool Has(NodeResult result) => result is OutputFile file ? Results.OfType<OutputFile>().Any(file.IsSame) : Results.Contains(result);
}
