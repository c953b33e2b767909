using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Templates;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Makes the plan of a workflow that passed the checks: its seeds, what an instance must have, and warnings.</summary>
internal static class PlanBuilder
{
    private const int MaxWarnings = 20;

    /// <summary>A limit, because the dispatcher reads hundreds of waiting plans at a time.</summary>
    private const int MaxPlan = 256 << 10;

    /// <summary>The most that a watcher is given in one message; brokers accept 16 MiB.</summary>
    private const long MaxClaim = 12L << 20;

    /// <summary>Makes the plan.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="filled">The same, with the models that were left open.</param>
    /// <param name="kept">The names of uploads that replace files in its inputs.</param>
    /// <param name="count">The number of prompts.</param>
    /// <param name="includeTemp">Whether previews are results.</param>
    /// <param name="hidesResults">Whether its results are hidden from other callers.</param>
    public static RenderPlan Build(
        CheckedWorkflow workflow, FilledTemplate filled, IEnumerable<string> kept, int count, bool includeTemp, bool hidesResults)
    {
        var (graph, verdict, known, uploads) = workflow;
        var seeds = new SeedFinder(graph, verdict.Reached, known).Find();
        var files = ModelFilesOf(graph, verdict, known, out var warnings);
        return new RenderPlan
        {
            Seeds = seeds,
            FirstModels = filled.OpenModels,
            InputFiles = [.. uploads.Union(kept.Where(v => UploadName.In(v) is not null))],
            IncludeTemp = includeTemp,
            HidesResults = hidesResults,
            NodeClasses = [.. graph.Nodes.Select(n => n.ClassType).Distinct()],
            Choices = RequiredChoices.Of(graph, verdict),
            Files = files,
            Warnings = [.. verdict.LeftOut, .. warnings, .. NothingToVary(seeds, count)],
        };
    }

    /// <summary>The plan as JSON; null if it is too large to store or to hand over, and the reason is in <paramref name="errors"/>.</summary>
    public static string? Serialize(RenderPlan plan, FilledTemplate filled, int count, List<ProblemError> errors)
    {
        var stored = JsonSerializer.Serialize(plan, StoredJson.Default.RenderPlan);
        if (stored.Length > MaxPlan)
        {
            errors.Add(Error("workflow", $"The seeds, models and choices of the workflow take {stored.Length:N0} characters; {MaxPlan:N0} are allowed."));
            return null;
        }

        var claim = plan.SizeOfClaim(filled.Workflow.ToJsonString().Length, count);
        if (claim <= MaxClaim)
            return stored;
        errors.Add(Error("count", $"{count} prompts of this workflow take {claim:N0} characters to hand over; {MaxClaim:N0} are allowed. Submit fewer at a time."));
        return null;
    }

    /// <summary>Models named inside objects, which ComfyUI does not check: those that no instance lists are reported, and left to the node.</summary>
    private static IReadOnlyList<string> ModelFilesOf(
        WorkflowGraph graph, CatalogVerdict verdict, IReadOnlyList<NodeCatalog> known, out IReadOnlyList<GenerationWarning> warnings)
    {
        var named = RequiredChoices.FilesIn(graph, verdict).ToLookup(f => known.Count == 0 || known.Any(c => c.HasFile(f)));
        warnings =
        [
            .. named[false].Take(MaxWarnings).Select(f => new GenerationWarning
            {
                Code = GenerationWarningCodes.ModelNotListed,
                Message = $"No instance lists a model '{Quoted.Short(f)}'; the node that names it decides what to do without it.",
            }),
        ];
        return [.. named[true]];
    }

    /// <summary>ComfyUI does not render a prompt again that it has just rendered, so a batch of equal prompts is one picture, many times.</summary>
    private static IEnumerable<GenerationWarning> NothingToVary(IReadOnlyList<SeedInput> seeds, int count)
    {
        if (count == 1 || seeds.Any(s => s.Max - s.Min >= (ulong)(count - 1)))
            yield break;
        yield return new GenerationWarning
        {
            Code = GenerationWarningCodes.NothingToVary,
            Message = seeds.Count == 0
                ? $"count is {count}, but no node that runs has a seed that can be counted up: the prompts are equal, and their pictures too."
                : $"count is {count}, but node {seeds[0].NodeId} takes fewer seeds ({seeds[0].Min} to {seeds[0].Max}): pictures will repeat.",
        };
    }

    private static ProblemError Error(string field, string message) => new() { Field = field, Code = ErrorCodes.TooMany, Message = message };
}
