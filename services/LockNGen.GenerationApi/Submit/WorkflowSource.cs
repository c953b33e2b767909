using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Templates;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.Submit;

/// <summary>The workflow that a request means: its own, or a template filled with its parameters.</summary>
internal sealed class WorkflowSource(TemplateStore templates)
{
    private const int MaxTemplatesNamed = 50;

    /// <summary>The workflow, with the version of its template if it has versions; no workflow if there is none, and the reason is in <paramref name="errors"/>.</summary>
    public async Task<(FilledTemplate? Filled, int? Version)> FindAsync(
        SubmitRequest request, Caller caller, IReadOnlyList<NodeCatalog> known, List<ProblemError> errors, CancellationToken cancellationToken)
    {
        if (request.Template is null == request.Workflow is null)
        {
            errors.Add(Error("template", ErrorCodes.Required, "Give either a template with parameters or a workflow."));
            return (null, null);
        }

        if (request.Workflow is { } workflow)
        {
            if (workflow.ValueKind == JsonValueKind.Object)
                return (new FilledTemplate(JsonObject.Create(workflow)!, [], []), null);
            errors.Add(Error("workflow", ErrorCodes.WrongType, "workflow must be an object: a ComfyUI workflow in API format."));
            return (null, null);
        }

        if (await templates.FindAsync(request.Template!, request.TemplateVersion, caller, cancellationToken) is { } found)
            return (FilledTemplate.Fill(found.Template, request.Parameters ?? [], known, errors), found.IsFile ? null : found.Version);
        var names = (await templates.ListAsync(caller, cancellationToken)).Select(t => t.Template.Name).Take(MaxTemplatesNamed);
        var wanted = request.TemplateVersion is { } version ? $"'{request.Template}' with a version {version}" : $"'{request.Template}'";
        errors.Add(Error("template", ErrorCodes.UnknownTemplate, $"There is no template {wanted}. There are: {string.Join(", ", names)}."));
        return (null, null);
    }

    private static ProblemError Error(string field, string code, string message) => new() { Field = field, Code = code, Message = message };
}
