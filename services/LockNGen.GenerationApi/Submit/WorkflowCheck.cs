using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Templates;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Checks a workflow on its own and against what the instances can do. Stores nothing.</summary>
internal sealed class WorkflowCheck(WorkflowInspection inspection, CatalogStore catalogs, UploadStore uploads, NamedFiles namedFiles)
{
    /// <summary>Returns the workflow, or null if there are errors, earlier ones in <paramref name="errors"/> included.</summary>
    public async Task<CheckedWorkflow?> RunAsync(
        FilledTemplate filled,
        IReadOnlyList<NodeCatalog> known,
        Caller caller,
        bool isOfDoor,
        List<ProblemError> errors,
        CancellationToken cancellationToken)
    {
        if (WorkflowGraph.Read(filled.Workflow, errors) is not { } graph)
            return null;
        inspection.Check(graph, errors);
        if (errors.Count > 0)
            return null;
        WorkflowInspection.MendPrefixes(graph);
        if (isOfDoor)
            await namedFiles.ResolveAsync(graph, caller.Owner, known, cancellationToken);
        var files = await uploads.NamedInAsync(graph, caller.Owner, caller.IsAdmin, errors, cancellationToken);
        var verdict = CatalogValidation.Check(graph, filled.OpenModels, known, cancellationToken);
        var age = verdict.NamesUnknown ? await catalogs.DoubtAsync(cancellationToken) : null;
        errors.AddRange(CatalogValidation.Explain(verdict, cancellationToken).Select(e => CatalogValidation.WithAge(e, age)));
        if (verdict.Catalog is null)
            WorkflowInspection.CheckLinks(graph, errors);
        if (!caller.IsAdmin)
            InputFileRules.Check(graph, verdict, files, errors);
        inspection.CheckLimits(graph, verdict.Reached, errors);
        return errors.Count > 0 ? null : new CheckedWorkflow(graph, verdict, known, files);
    }
}

/// <summary>A workflow that can be rendered.</summary>
/// <param name="Graph">The workflow.</param>
/// <param name="Verdict">What the instance that renders most of it would decide.</param>
/// <param name="Known">What the instances know.</param>
/// <param name="Uploads">Uploads that it reads.</param>
internal sealed record CheckedWorkflow(WorkflowGraph Graph, CatalogVerdict Verdict, IReadOnlyList<NodeCatalog> Known, IReadOnlySet<string> Uploads);
