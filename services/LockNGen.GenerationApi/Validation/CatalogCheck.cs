using LockNGen.Contracts;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Validation;

/// <summary>
/// Checks a workflow against one catalog as ComfyUI would: an unknown class anywhere refuses everything; otherwise only what an output depends on is
/// checked; and outputs with an error upstream are left out, as long as others remain.
/// </summary>
internal sealed class CatalogCheck(WorkflowGraph graph, IReadOnlyList<NodeInput> openModels, NodeCatalog catalog)
{
    private const int MaxErrors = 20;

    private readonly WorkflowGraph _graph = RetiredNodes.Replace(graph, catalog);
    private readonly Dictionary<string, List<CatalogError>> _errors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _sources = new(StringComparer.Ordinal);

    public CatalogVerdict Decide(CancellationToken cancellationToken)
    {
        var unknown = _graph.Nodes.Where(n => !catalog.Classes.ContainsKey(n.ClassType)).Take(MaxErrors).Select(Unknown).ToList();
        if (unknown.Count > 0)
            return Refused(unknown);
        var outputs = _graph.Nodes.Where(n => catalog.Classes[n.ClassType].IsOutput).Select(n => n.Id).ToList();
        if (outputs.Count == 0)
            return Refused([new(new ProblemError { Field = "workflow", Code = ErrorCodes.NoOutput, Message = "The workflow has no output node (SaveImage, for example), so nothing would run." })]);

        var inputs = new InputCheck(_graph, openModels, catalog);
        foreach (var output in outputs)
            Visit(output, inputs, cancellationToken);
        var good = outputs.Where(o => FirstError(o) is null).ToList();
        if (good.Count == 0)
            return Refused([.. _errors.Values.SelectMany(e => e).Take(MaxErrors)]);
        return new CatalogVerdict
        {
            Catalog = catalog,
            LeftOut = [.. outputs.Except(good).Take(MaxErrors).Select(LeftOut)],
            LeftOutErrors = [.. ReachedFrom(outputs.Except(good)).SelectMany(id => _errors.GetValueOrDefault(id) ?? []).Take(MaxErrors).Select(e => e.Problem)],
            Reached = ReachedFrom(good),
            Wanted = Visited(),
            NamesUnknown = NamesUnknown(),
        };
    }

    private HashSet<string> Visited() => _sources.Keys.ToHashSet(StringComparer.Ordinal);

    private CatalogVerdict Refused(IReadOnlyList<CatalogError> errors) =>
        new() { Catalog = catalog, Errors = errors, Reached = Visited(), Wanted = Visited(), NamesUnknown = errors.Any(e => IsOfUnknown(e.Problem)) };

    private bool NamesUnknown() => _errors.Values.Any(e => e.Exists(c => IsOfUnknown(c.Problem)));

    /// <summary>Whether something is missing that may be installed: a class, a model, another choice.</summary>
    public static bool IsOfUnknown(ProblemError error) => error.Code is ErrorCodes.UnknownNodeClass or ErrorCodes.MissingModel or ErrorCodes.NotAChoice;

    /// <summary>Checks a node and all it needs, each once, and finds cycles. Without recursion, because a chain may be long.</summary>
    private void Visit(string output, InputCheck inputs, CancellationToken cancellationToken)
    {
        var path = new List<(string Id, int Next)>();
        Enter(output);
        while (path.Count > 0)
        {
            var (id, next) = path[^1];
            if (next == _sources[id].Count)
            {
                path.RemoveAt(path.Count - 1);
                continue;
            }

            path[^1] = (id, next + 1);
            var source = _sources[id][next];
            var start = path.FindIndex(p => p.Id == source);
            if (start >= 0)
                AddCycle([.. path[start..].Select(p => p.Id)]);
            else
                Enter(source);
        }

        void Enter(string id)
        {
            if (_sources.ContainsKey(id))
                return;
            cancellationToken.ThrowIfCancellationRequested();
            var (errors, sources) = inputs.Check(_graph.Find(id)!);
            _sources[id] = sources;
            if (errors.Count > 0)
                Errors(id).AddRange(errors);
            path.Add((id, 0));
        }
    }

    private void AddCycle(IReadOnlyList<string> ids)
    {
        var names = string.Join(" -> ", ids.Take(10).Append(ids[0]).Select(i => $"{i} ({_graph.Find(i)!.ClassType})"));
        var first = _graph.Find(ids[0])!;
        Errors(first.Id).Add(new(NodeErrors.Of(first, null, ErrorCodes.BadLink, $"The nodes depend on each other in a circle: {names}.")));
    }

    private List<CatalogError> Errors(string id)
    {
        if (!_errors.TryGetValue(id, out var errors))
            _errors[id] = errors = [];
        return errors;
    }

    private CatalogError? FirstError(string output) => ReachedFrom([output]).Select(id => _errors.GetValueOrDefault(id)?[0]).FirstOrDefault(e => e is not null);

    private GenerationWarning LeftOut(string output)
    {
        var (node, error) = (_graph.Find(output)!, FirstError(output)!.Problem);
        var where = error.NodeId == output ? "" : $"node {error.NodeId} ({error.NodeType}), on which it depends: ";
        return new GenerationWarning
        {
            Code = GenerationWarningCodes.OutputLeftOut,
            NodeId = output,
            NodeType = node.ClassType,
            Message = $"Node {output} ({node.ClassType}) is left out: {where}{error.Message}",
        };
    }

    private HashSet<string> ReachedFrom(IEnumerable<string> ids)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(ids);
        while (open.TryPop(out var id))
        {
            if (!reached.Add(id))
                continue;
            foreach (var source in _sources.GetValueOrDefault(id) ?? [])
                open.Push(source);
        }

        return reached;
    }

    private CatalogError Unknown(WorkflowNode node) => new(
        NodeErrors.Of(node, null, ErrorCodes.UnknownNodeClass, $"No instance has nodes of class '{Quoted.Short(node.ClassType)}'."), node.ClassType, catalog.Classes.Keys);
}
