using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Translation;

/// <summary>How far one prompt is, from what ComfyUI has reported about its nodes.</summary>
internal sealed class PromptProgress(RunGraph graph)
{
    private readonly Dictionary<string, NodeState> _states = [];
    private readonly Dictionary<string, List<string>> _inner = [];
    private readonly HashSet<string> _cached = [];
    private readonly HashSet<string> _reached = [];
    private IReadOnlySet<string> _expected = graph.ReachableFrom(graph.Sinks());
    private bool _succeeded;

    public RunGraph Graph { get; } = graph;

    public IReadOnlyCollection<string> CachedNodes => _cached;

    /// <summary>Nodes that the outputs depend on: how many of them are done, and how many there are.</summary>
    public (int Done, int Total) Nodes => (
        _succeeded ? _expected.Count : _expected.Count(id => _cached.Contains(id) || FractionOf(id) >= 1), _expected.Count);

    /// <summary>Whether there is anything to show: cached nodes alone are no progress, unless they are everything.</summary>
    public bool HasStarted => CurrentNode is not null || _succeeded;

    /// <summary>The node whose steps are shown, as the author of the workflow knows it.</summary>
    public string? CurrentNode { get; private set; }

    /// <summary>Steps of that node: done, and in all.</summary>
    public (int Done, int Total) Steps { get; private set; } = (0, 1);

    /// <summary>0 to 1: the weight of finished nodes relative to all that have to run.</summary>
    public double Fraction
    {
        get
        {
            if (_succeeded)
                return 1;
            var (total, done) = (0.0, 0.0);
            foreach (var id in _expected)
            {
                if (_cached.Contains(id))
                    continue;
                var weight = Graph.Find(id)!.Weight;
                total += weight;
                done += weight * FractionOf(id);
            }

            return total == 0 ? 0 : done / total;
        }
    }

    /// <summary>ComfyUI's own list of the outputs that it will produce: nodes that lead to none of them never run.</summary>
    public void Expect(IEnumerable<string> outputs)
    {
        var expected = Graph.ReachableFrom(outputs);
        if (expected.Count > 0)
            _expected = expected;
    }

    public void Cached(IEnumerable<string> nodes) => _cached.UnionWith(nodes);

    public void Enter(string node) => Show(node, new NodeState(node, DisplayNode: null, 0, 1, Finished: false));

    /// <summary>Returns whether it is new: ComfyUI reports each step in two frames.</summary>
    public bool Advance(NodeProgress progress)
    {
        var known = _states.GetValueOrDefault(progress.Node);
        var state = new NodeState(progress.Node, known?.DisplayNode, progress.Value, progress.Max, Finished: false);
        if (state == known && CurrentNode == DisplayNode(progress.Node))
            return false;
        Update(state);
        return true;
    }

    /// <summary>Several nodes may run at once; the one that moved last is shown.</summary>
    public void Advance(ProgressState state)
    {
        foreach (var node in state.Nodes.Where(n => _states.GetValueOrDefault(n.Node) != n))
            Update(node);
    }

    public void Succeed()
    {
        _succeeded = true;
        Steps = (Steps.Total, Steps.Total);
    }

    /// <summary>Nodes of an expanded subgraph (<c>60.0.0.1</c>) count for the node that expanded.</summary>
    public string DisplayNode(string node, string? displayNode = null) => Graph.DisplayNode(node, displayNode ?? _states.GetValueOrDefault(node)?.DisplayNode);

    private void Update(NodeState node)
    {
        var started = !_states.ContainsKey(node.Node);
        _states[node.Node] = node;
        var shown = DisplayNode(node.Node);
        if (started && shown != node.Node)
            (_inner.TryGetValue(shown, out var inner) ? inner : _inner[shown] = []).Add(node.Node);
        if (started && node.Finished)
            Reach(shown);
        else
            Show(shown, node);
    }

    private void Show(string node, NodeState state)
    {
        Reach(node);
        // The end of a node that is no longer shown is no reason to go back to it.
        if (state.Finished && CurrentNode != node)
            return;
        CurrentNode = node;
        var total = Math.Max(1, (int)Math.Ceiling(Math.Min(state.Max, int.MaxValue)));
        Steps = (Math.Clamp((int)Math.Min(state.Value, int.MaxValue), 0, total), total);
    }

    // The dependencies of a started node are done, even if the message that said so was missed.
    private void Reach(string node)
    {
        if (Graph.Find(node) is { } known && _reached.Add(node))
            _reached.UnionWith(Graph.ReachableFrom(known.Sources));
    }

    private double FractionOf(string node)
    {
        if (_states.TryGetValue(node, out var own) && own.Finished)
            return 1;
        if (_inner.TryGetValue(node, out var inner))
            return inner.Average(id => Portion(_states[id]));
        if (own is not null)
            return Portion(own);
        return _reached.Contains(node) && CurrentNode != node ? 1 : 0;
    }

    private static double Portion(NodeState state) =>
        state.Finished ? 1 : state.Max > 0 ? Math.Clamp(state.Value / state.Max, 0, 1) : 0;
}
