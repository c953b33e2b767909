using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Uploads;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Submit;

/// <summary>
/// Which files a workflow may read where callers are told apart: the caller's own uploads, and what lies openly in the servers' input folder.
/// Subfolders, outputs and temporary files are other people's, as far as anybody knows; so is what a link brings.
/// </summary>
internal static class InputFileRules
{
    private const int MaxErrors = 20;

    private static readonly string[] Folders = ["[input]", "[output]", "[temp]"];

    public static void Check(WorkflowGraph graph, CatalogVerdict verdict, IReadOnlySet<string> ownUploads, List<ProblemError> errors) => errors.AddRange(
        (from node in graph.Nodes
         where verdict.Reached.Contains(node.Id)
         from input in node.Inputs
         let spec = verdict.Catalog?.InputsNamed(node.ClassType, input.Key).FirstOrDefault()
         where spec?.IsUpload ?? Folders.Any(f => node.Text(input.Key)?.EndsWith(f, StringComparison.Ordinal) == true)
         where !MayRead(node, input.Key, spec, ownUploads)
         select NodeErrors.Of(
             node, input.Key, ErrorCodes.ForbiddenPath,
             $"{input.Key} is {Quoted.Short(input.Value)}; only files that you have sent to POST /api/uploads yourself can be read here.")).Take(MaxErrors));

    private static bool MayRead(WorkflowNode node, string input, NodeInputSpec? spec, IReadOnlySet<string> ownUploads)
    {
        if (node.Text(input) is not { } name)
            return false;
        // An address or the file itself becomes an upload of the caller's own.
        if (InputSource.Of(name) is not null)
            return true;
        return UploadName.In(name) is { } upload ? ownUploads.Contains(upload) : spec?.Files?.Contains(name, StringComparer.Ordinal) == true;
    }
}
