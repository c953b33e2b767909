using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Templates;
using LockNGen.Hosting;
using LockNGen.Workflows;
using LockNGen.Workflows.Catalog;
using LockNGen.Workflows.Proposals;
using LockNGen.Workflows.Reading;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Import;

/// <summary>POST /api/workflows/import: turns any workflow into what a template needs. Nothing is stored.</summary>
internal sealed class ImportEndpoint(CatalogStore catalogs, DefinitionStore definitions, WorkflowFindings findings, IOptions<GenerationApiOptions> options) : IDisposable
{
    private const int MaxTitle = 100;

    /// <summary>Each holds its file in memory, a few times over while it is read.</summary>
    private const int MostAtOnce = 4;

    private static readonly string[] Fields = ["file", "image", "workflow"];
    private readonly SemaphoreSlim _places = new(MostAtOnce);

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPost(
            "/api/workflows/import",
            (ImportEndpoint endpoint, HttpContext context, [FromQuery] string? name) => endpoint.HandleAsync(context, name))
        .RequireAuthorization()
        .DisableAntiforgery()
        .Accepts<IFormFile>("multipart/form-data", "application/json", "image/png", "image/webp", "video/mp4", "video/webm", "audio/flac", "audio/mpeg", "model/gltf-binary", "*/*")
        .Produces<ImportResponse>()
        .ProducesProblems(400, 401, 413)
        .WithName("ImportWorkflow")
        .WithTags("Templates")
        .WithSummary("Read a workflow of any format, say who can run it, and propose parameters")
        .WithDescription(
            "The body is the API's format, the editor's, {\"prompt\": ...}, or a PNG, WebP, JPEG, MP4, WebM, FLAC, MP3, Ogg or GLB file that ComfyUI wrote; "
            + "as the body, or as the form field file. Nothing is stored, and no workflow is refused because an instance cannot run it.");

    public void Dispose() => _places.Dispose();

    private async Task<IResult> HandleAsync(HttpContext context, string? name)
    {
        await _places.WaitAsync(context.RequestAborted);
        try
        {
            var (bytes, fileName) = await ReadAsync(context);
            return bytes is null
                ? RequestBody.TooLarge(options.Value.MaxImportBytes)
                : TypedResults.Json(await ImportAsync(bytes, name ?? fileName, context.RequestAborted), ImportJson.Default.ImportResponse);
        }
        catch (InvalidWorkflowException e)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, ProblemCodes.NoWorkflow, e.Message);
        }
        catch (Exception e) when (MultipartFile.IsDamaged(e, context))
        {
            return MultipartFile.Damaged(Fields);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<(byte[]? Bytes, string? Name)> ReadAsync(HttpContext context)
    {
        var limit = options.Value.MaxImportBytes;
        if (context.Request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
            return (await RequestBody.ReadBytesAsync(context, limit), null);
        RequestBody.LiftLimit(context);
        return await MultipartFile.OfAsync(context, Fields) is { } file
            ? (await RequestBody.ReadBytesAsync(file.Body, limit, context.RequestAborted), file.Name)
            : throw new InvalidWorkflowException("Send the file as the field 'file' of a multipart/form-data form, or as the body itself.");
    }

    private async Task<ImportResponse> ImportAsync(byte[] bytes, string? name, CancellationToken cancellationToken)
    {
        var instances = await catalogs.AllAsync(cancellationToken);
        var known = await definitions.AllAsync([.. instances.Select(i => i.Instance)], cancellationToken);
        var read = WorkflowReader.Read(bytes, known);
        var proposals = ParameterProposals.For(read.Workflow, known);
        var (runsOn, found) = findings.Of(read.Workflow, instances, cancellationToken);
        var listed = instances.Select(i => i.Catalog).OfType<NodeCatalog>().Distinct().ToList();
        return new ImportResponse
        {
            Workflow = JsonElement.Parse(read.Workflow.ToJsonString()),
            Title = TitleOf(name, read.Workflow, known),
            Format = JsonNamingPolicy.CamelCase.ConvertName(read.Format.ToString()),
            Container = read.Container,
            RunsOn = runsOn,
            Findings = found,
            Parameters = [.. proposals.Proposed.Select(p => ResponseOf(p, read.Workflow, listed))],
            OtherParameters = [.. proposals.Others.Select(p => ResponseOf(p, read.Workflow, listed))],
        };
    }

    private static ParameterResponse ResponseOf(ProposedParameter parameter, JsonObject workflow, IReadOnlyList<NodeCatalog> catalogs) => new()
    {
        Name = parameter.Name,
        Title = parameter.Title,
        Type = parameter.Type,
        Required = parameter.Required,
        Default = parameter.Default,
        Min = parameter.Min,
        Max = parameter.Max,
        Step = parameter.Step,
        Advanced = parameter.Advanced ? true : null,
        Choices = parameter.Type is "choice" or "model" ? TemplateResponses.Choices(workflow, parameter.Targets[0].Node, parameter.Targets[0].Input, catalogs) : null,
        Targets = [.. parameter.Targets.Select(t => new TargetResponse(t.Node, t.Input))],
    };

    /// <summary>The file's name without its extension; otherwise what the workflow makes.</summary>
    private static string TitleOf(string? name, JsonObject workflow, NodeDefinitions known)
    {
        var stem = Path.GetFileNameWithoutExtension((name ?? "").Replace('\\', '/').Split('/')[^1]).Replace('_', ' ').Trim();
        if (stem.Length > 0)
            return stem.Truncate(MaxTitle);
        var output = workflow.Select(n => known.Find((string)n.Value!["class_type"]!)).FirstOrDefault(d => d?.IsOutput == true);
        return output is null ? "Workflow" : $"Workflow ({output.Title})";
    }
}
