using System.Globalization;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Validation;

/// <summary>
/// Checks a workflow against what the instances can do. The verdict is that of the instance that would render most of it; otherwise the errors
/// are those of the one that comes closest. Instances whose catalog is not known yet decide nothing.
/// </summary>
internal static class CatalogValidation
{
    private const int MaxSuggestions = 5;

    /// <summary>Looking for similar names takes time: a workflow of a pack that no instance has would name hundreds.</summary>
    private const int MaxSearches = 4;

    public static CatalogVerdict Check(
        WorkflowGraph graph, IReadOnlyList<NodeInput> openModels, IReadOnlyList<NodeCatalog> catalogs, CancellationToken cancellationToken)
    {
        CatalogVerdict? best = null;
        foreach (var catalog in catalogs.Distinct())
        {
            var verdict = new CatalogCheck(graph, openModels, catalog).Decide(cancellationToken);
            if (best is null || (verdict.Errors.Count, verdict.LeftOut.Count).CompareTo((best.Errors.Count, best.LeftOut.Count)) < 0)
                best = verdict;
            if (best is { Errors.Count: 0, LeftOut.Count: 0 })
                break;
        }

        if (best is not null)
            return best;
        var all = graph.Nodes.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        return new CatalogVerdict { Reached = all, Wanted = all };
    }

    /// <summary>An unknown name may have been installed since the catalogs were read.</summary>
    public static ProblemError WithAge(ProblemError error, TimeSpan? age) => age is { } known && CatalogCheck.IsOfUnknown(error)
        ? error with { Message = string.Create(CultureInfo.InvariantCulture, $"{error.Message} This was so {known.TotalSeconds:0} s ago; the instances are asked again.") }
        : error;

    /// <summary>The errors, with similar names; names of uploads are not suggested, because they are private to their owners.</summary>
    public static IEnumerable<ProblemError> Explain(CatalogVerdict verdict, CancellationToken cancellationToken)
    {
        var searches = 0;
        foreach (var (problem, name, candidates) in verdict.Errors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var near = name is not null && candidates is not null && searches++ < MaxSearches ? NearestNames.Of(name, candidates.Where(c => UploadName.In(c) is null), MaxSuggestions) : [];
            yield return near.Count == 0 ? problem : problem with { Message = $"{problem.Message} Nearest: {string.Join(", ", near.Select(Quoted.Short))}." };
        }
    }
}
