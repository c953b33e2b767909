using System.Text.Json.Nodes;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Import;

/// <summary>What each instance would report for a workflow. Nothing is refused: what no instance can run today, one may tomorrow.</summary>
internal sealed class WorkflowFindings(WorkflowInspection inspection)
{
    /// <summary>Looking for similar names takes time.</summary>
    private const int MaxSearches = 12;
    private const int MaxNearest = 5;
    private const int MaxFindings = 200;

    public (IReadOnlyList<string> RunsOn, IReadOnlyList<ImportFinding> Findings) Of(
        JsonObject workflow, IReadOnlyList<(InstanceRow Instance, NodeCatalog? Catalog)> instances, CancellationToken cancellationToken)
    {
        var general = new List<ProblemError>();
        if (WorkflowGraph.Read(workflow, general) is not { } graph)
            return ([], [.. general.Select(e => Finding(e, [], []))]);
        inspection.Check(graph, general);
        if (instances.All(i => i.Catalog is null))
            general.Add(new ProblemError { Code = "no_catalog", Message = "No instance has reported its classes and models yet, so nothing could be checked. Fields without names may be in the wrong places; import it again when an instance is available." });

        var runsOn = new List<string>();
        var found = new List<(CatalogError Error, string Instance)>();
        // Instances often have the same catalog; it is checked once.
        foreach (var group in instances.Where(i => i.Catalog is not null).GroupBy(i => i.Catalog!))
        {
            var verdict = new CatalogCheck(graph, [], group.Key).Decide(cancellationToken);
            var names = group.Select(i => i.Instance.Name).ToList();
            if (verdict is { Errors.Count: 0, LeftOut.Count: 0 })
                runsOn.AddRange(names);
            foreach (var name in names)
                found.AddRange(verdict.Errors.Concat(verdict.LeftOut.Select(LeftOut)).Select(e => (e, name)));
        }

        var searches = 0;
        var findings = found.GroupBy(f => (f.Error.Problem.Code, f.Error.Problem.NodeId, f.Error.Problem.Input, f.Error.Problem.Message)).Take(MaxFindings).Select(same =>
        {
            var (problem, name, candidates) = same.First().Error;
            var nearest = name is not null && candidates is not null && searches++ < MaxSearches ? NearestNames.Of(name, candidates.Where(c => UploadName.In(c) is null), MaxNearest) : [];
            return Finding(problem, [.. same.Select(s => s.Instance).Order(StringComparer.Ordinal)], nearest);
        });
        return ([.. runsOn.Order(StringComparer.Ordinal)], [.. general.Select(e => Finding(e, [], [])), .. findings]);
    }

    private static CatalogError LeftOut(GenerationWarning warning) =>
        new(new ProblemError { Code = warning.Code, Message = warning.Message, NodeId = warning.NodeId, NodeType = warning.NodeType });

    private static ImportFinding Finding(ProblemError problem, IReadOnlyList<string> instances, IReadOnlyList<string> nearest) => new()
    {
        Code = problem.Code,
        Message = problem.Message,
        Instances = instances,
        NodeId = problem.NodeId,
        NodeType = problem.NodeType,
        Input = problem.Input,
        Nearest = nearest,
    };
}
