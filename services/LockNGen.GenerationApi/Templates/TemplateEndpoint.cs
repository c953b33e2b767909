using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Problems;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Templates;

/// <summary>/api/templates: templates shipped or saved, which can be submitted without a workflow.</summary>
internal sealed class TemplateEndpoint(TemplateStore templates, CatalogStore catalogs, IOptions<TemplateOptions> options)
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        // Read here rather than at the first request: a file that cannot be read must fail the start.
        endpoints.ServiceProvider.GetRequiredService<TemplateCatalog>();
        var group = endpoints.MapGroup("/api/templates").RequireAuthorization().WithTags("Templates");
        group.MapGet("", ([FromQuery] bool? all, TemplateEndpoint endpoint, Caller caller, HttpContext context) => endpoint.ListAsync(all == true, caller, context))
            .Produces<TemplateList>().ProducesProblems(401).WithName("ListTemplates").WithSummary("The templates and their parameters, those that suit the instances' models first")
            .WithDescription("all=true: include those that no instance can run; missing says what they need.");
        group.MapGet("/{name}", (TemplateEndpoint endpoint, string name, [FromQuery] int? version, [FromQuery] bool? download, Caller caller, HttpContext context) =>
                endpoint.GetAsync(name, version, download == true, caller, context))
            .Produces<TemplateResponse>().ProducesProblems(401, 404).WithName("GetTemplate").WithSummary("A template with its workflow, as a file that POST accepts elsewhere")
            .WithDescription("version: an earlier one; default the newest. download=true: as a download.");
        group.MapPost("", (TemplateEndpoint endpoint, Caller caller, HttpContext context) => endpoint.SaveAsync(null, caller, context))
            .Accepts<TemplateBody>("application/json", "*/*")
            .Produces<TemplateResponse>(StatusCodes.Status201Created).ProducesProblems(400, 401, 403, 409, 413).WithName("CreateTemplate").WithSummary("Save a template, new or exported");
        group.MapPut("/{name}", (TemplateEndpoint endpoint, string name, Caller caller, HttpContext context) => endpoint.SaveAsync(name, caller, context))
            .Accepts<TemplateBody>("application/json", "*/*")
            .Produces<TemplateResponse>().ProducesProblems(400, 401, 403, 404, 409, 413).WithName("UpdateTemplate").WithSummary("Save a new version of a template; earlier ones are kept for the generations that used them");
        group.MapDelete("/{name}", (TemplateEndpoint endpoint, string name, Caller caller, HttpContext context) => endpoint.DeleteAsync(name, caller, context))
            .Produces(StatusCodes.Status204NoContent).ProducesProblems(401, 403, 404, 409).WithName("DeleteTemplate").WithSummary("Remove a template from the list");
    }

    private async Task<IResult> ListAsync(bool isAll, Caller caller, HttpContext context)
    {
        var known = await KnownAsync(context);
        var list = await templates.ListAsync(caller, context.RequestAborted);
        var offered = list.Select(t => (Saved: t, Fit: TemplateFit.Of(t.Template, known)))
            .Where(t => isAll || IsOffered(t.Saved, t.Fit))
            .OrderBy(t => !t.Saved.IsFile ? 2 : TemplateFit.IsAtHome(t.Saved.Template, known) ? 0 : 1)
            .ThenBy(t => t.Saved.Order);
        return TypedResults.Json(
            new TemplateList([.. offered.Select(t => TemplateResponses.Of(t.Saved, t.Fit, caller, known, isWhole: false))]), TemplateResponseJson.Default.TemplateList);
    }

    /// <summary>A file that says which models it needs is useful only where they exist; for saved ones the users decide.</summary>
    private static bool IsOffered(SavedTemplate saved, TemplateFit? fit) =>
        !saved.IsFile || saved.Template.Parameters.All(p => p.Match.Count == 0) || fit is { Missing.Count: 0 };

    private async Task<IResult> GetAsync(string name, int? version, bool download, Caller caller, HttpContext context)
    {
        if (await templates.FindAsync(name, version, caller, context.RequestAborted) is not { } found)
            return Missing(name);
        if (download)
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{found.Template.Name}.json\"";
        return TypedResults.Json(await WholeAsync(found, caller, context), TemplateResponseJson.Default.TemplateResponse);
    }

    private async Task<IResult> SaveAsync(string? name, Caller caller, HttpContext context)
    {
        var (body, _, malformed) = await RequestBody.ReadAsync(context, TemplateResponseJson.Default.TemplateBody, options.Value.MaxBytes);
        if (malformed is not null)
            return malformed;
        var errors = new List<ProblemError>();
        if (TemplateReader.Read(body!, name, errors) is not { } template)
            return Problem.Invalid(errors);
        if (body!.Visibility == TemplateStore.Everyone && !caller.IsAdmin)
            return Problem.Of(StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, $"A template for everyone needs the scope {Caller.AdminScope}.");
        var written = await templates.SaveAsync(template, body, caller, name is null, context.RequestAborted);
        if (Refusal(written, template.Name) is { } refusal)
            return refusal;
        var saved = await templates.FindAsync(template.Name, null, caller, context.RequestAborted);
        var answer = await WholeAsync(saved!, caller, context);
        if (name is null)
            context.Response.Headers.Location = $"/api/templates/{template.Name}";
        return TypedResults.Json(answer, TemplateResponseJson.Default.TemplateResponse, statusCode: name is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task<TemplateResponse> WholeAsync(SavedTemplate saved, Caller caller, HttpContext context)
    {
        var known = await KnownAsync(context);
        return TemplateResponses.Of(saved, TemplateFit.Of(saved.Template, known), caller, known, isWhole: true);
    }

    private async Task<IResult> DeleteAsync(string name, Caller caller, HttpContext context) =>
        Refusal(await templates.DeleteAsync(name, caller, context.RequestAborted), name) is { } refusal ? refusal : TypedResults.NoContent();

    private ProblemHttpResult? Refusal(TemplateWrite written, string name) => written switch
    {
        TemplateWrite.Missing => Missing(name),
        TemplateWrite.Taken => Problem.Of(StatusCodes.Status409Conflict, ProblemCodes.NameTaken, $"The name '{name}' is taken. Choose another one."),
        TemplateWrite.ReadOnly => Problem.Of(StatusCodes.Status409Conflict, ProblemCodes.ReadOnly, $"The template '{name}' comes from a file of the server and cannot be changed here."),
        TemplateWrite.Forbidden => Problem.Of(StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, $"The template '{name}' belongs to someone else."),
        TemplateWrite.TooMany => Problem.Of(StatusCodes.Status409Conflict, ProblemCodes.QuotaExceeded, $"You have {options.Value.MaxPerOwner} templates, as many as are allowed. Delete one first."),
        _ => null,
    };

    private static ProblemHttpResult Missing(string name) => Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"There is no template '{name}'.");

    private async Task<IReadOnlyList<NodeCatalog>> KnownAsync(HttpContext context) =>
        [.. (await catalogs.AllAsync(context.RequestAborted)).Select(i => i.Catalog).OfType<NodeCatalog>()];
}
