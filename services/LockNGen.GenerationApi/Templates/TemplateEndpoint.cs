using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Problems;

namespace LockNGen.GenerationApi.Templates;

/// <summary>GET /api/templates: what can be submitted without a workflow.</summary>
internal static class TemplateEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        // Read here and not when somebody first asks: a file that cannot be read stops the start.
        var templates = endpoints.ServiceProvider.GetRequiredService<TemplateCatalog>();
        endpoints.MapGet("/api/templates", (CatalogStore catalogs, HttpContext context) => GetAsync(templates, catalogs, context))
            .RequireAuthorization()
            .Produces<TemplateList>()
            .ProducesProblems(401)
            .WithName("ListTemplates")
            .WithTags("Templates")
            .WithSummary("The templates and their parameters");
    }

    private static async Task<IResult> GetAsync(TemplateCatalog templates, CatalogStore catalogs, HttpContext context)
    {
        var known = (await catalogs.AllAsync(context.RequestAborted)).Select(i => i.Catalog).OfType<NodeCatalog>().ToList();
        return TypedResults.Json(new TemplateList([.. templates.All.Select(t => Answer(t, known))]), TemplateAnswerJson.Default.TemplateList);
    }

    private static TemplateAnswer Answer(Template template, List<NodeCatalog> catalogs) => new()
    {
        Name = template.Name,
        Title = template.Title,
        Description = template.Description,
        Parameters =
        [
            .. template.Parameters.Select(p => new ParameterAnswer
            {
                Name = p.Name,
                Title = p.Title,
                Type = JsonNamingPolicy.CamelCase.ConvertName(p.Type.ToString()),
                Required = p.Required,
                Default = p.Default,
                Min = p.Min,
                Max = p.Max,
                Step = p.Step,
                MaxLength = p.Type == ParameterType.Text ? p.MaxLength ?? FilledTemplate.DefaultMaxLength : null,
                Choices = p.Type is ParameterType.Choice or ParameterType.Model ? Choices(template, p, catalogs) : null,
            }),
        ],
    };

    /// <summary>What any instance offers for the parameter's first target.</summary>
    private static IReadOnlyList<string> Choices(Template template, TemplateParameter parameter, List<NodeCatalog> catalogs) =>
        parameter.Targets is [var target, ..] ? Choices(template.Workflow, target.Node, target.Input, catalogs) : [];

    /// <summary>What any instance offers for an input.</summary>
    internal static IReadOnlyList<string> Choices(JsonObject workflow, string node, string input, IReadOnlyList<NodeCatalog> catalogs)
    {
        var classType = (string)workflow[node]!["class_type"]!;
        return [.. catalogs.SelectMany(c => c.InputsNamed(classType, input)).SelectMany(i => i.Choices?.Names ?? []).Select(ChoiceList.AsPath).Distinct()];
    }
}

/// <summary>The answer of GET /api/templates.</summary>
public sealed record TemplateList(IReadOnlyList<TemplateAnswer> Templates);

/// <summary>A template.</summary>
public sealed record TemplateAnswer
{
    public required string Name { get; init; }
    public required string Title { get; init; }
    public string? Description { get; init; }
    public required IReadOnlyList<ParameterAnswer> Parameters { get; init; }
}

/// <summary>A parameter of a template.</summary>
public sealed record ParameterAnswer
{
    public required string Name { get; init; }
    public string? Title { get; init; }

    /// <summary>text, integer, number, boolean, seed, choice, model, image, video, audio or file.</summary>
    public required string Type { get; init; }
    public bool Required { get; init; }
    public JsonElement? Default { get; init; }
    public decimal? Min { get; init; }
    public decimal? Max { get; init; }
    public decimal? Step { get; init; }
    public int? MaxLength { get; init; }
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Whether few people change it.</summary>
    public bool? Advanced { get; init; }

    /// <summary>Where the value goes; told of imports, and to those who may change the template.</summary>
    public IReadOnlyList<TargetAnswer>? Targets { get; init; }
}

/// <summary>An input of a node.</summary>
public sealed record TargetAnswer(string Node, string Input);
