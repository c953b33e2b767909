using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Uploads;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Submit;

/// <summary>
/// Which files a workflow may read where callers are distinguished: the caller's own uploads, and files directly in the servers' input folder.
/// Subfolders, outputs and temporary files may be other people's; so may values that arrive through a link.
/// </summary>
internal static class InputFileRules
{
    private const int MaxErrors = 20;

    private static readonly string[] Folders = ["[input]", "[output]", "[temp]"];

    public static void Check(WorkflowGraph graph, CatalogVerdict verdict, IReadOnlySet<string> ownUploads, List<ProblemError> errors) => errors.AddRange(
        (from node in graph.Nodes
         where verdict.Wanted.Contains(node.Id)
         from input in node.Inputs
         let spec = verdict.Catalog?.InputsNamed(node.ClassType, input.Key).FirstOrDefault()
         where NamesFile(node, input.Key, spec, verdict.Catalog) && !MayRead(node, input.Key, spec, verdict.Catalog, ownUploads)
         select NodeErrors.Of(
             node, input.Key, ErrorCodes.ForbiddenPath,
             $"{input.Key} is {Quoted.Short(input.Value)}; only files that you have sent to POST /api/uploads yourself can be read here.")).Take(MaxErrors));

    private static bool NamesFile(WorkflowNode node, string input, NodeInputSpec? spec, NodeCatalog? catalog) => spec switch
    {
        { IsUpload: true } => true,
        // A stock node takes this as plain text; what a node pack does with it is unknown.
        not null => IsAnnotated(node.Text(input)) && catalog!.Classes.GetValueOrDefault(node.ClassType)?.IsCustom == true,
        null => IsAnnotated(node.Text(input)) || (catalog is null && InputSources.LooksLikeFile(node, input)),
    };

    private static bool MayRead(WorkflowNode node, string input, NodeInputSpec? spec, NodeCatalog? catalog, IReadOnlySet<string> ownUploads)
    {
        if (node.Text(input) is not { } name)
            return false;
        // Nothing, an address, or the file itself, which becomes an upload of the caller's own.
        if (name.Length == 0 || InputSource.Of(name) is not null)
            return true;
        if (UploadName.In(name) is { } upload)
            return ownUploads.Contains(upload);
        return catalog is null ? IsPlain(name) : spec?.Files?.Contains(name, StringComparer.Ordinal) == true;
    }

    /// <summary>Whether it names at most a file directly in the input folder.</summary>
    private static bool IsPlain(string name) => !IsAnnotated(name) && name.AsSpan().IndexOfAny('/', '\\', ':') < 0;

    private static bool IsAnnotated(string? text) => text is not null && Folders.Any(f => text.EndsWith(f, StringComparison.Ordinal));
}
