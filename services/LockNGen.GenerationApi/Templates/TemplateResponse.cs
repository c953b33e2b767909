using System.Text.Json;

namespace LockNGen.GenerationApi.Templates;

/// <summary>The answer of GET /api/templates.</summary>
public sealed record TemplateList(IReadOnlyList<TemplateResponse> Templates);

/// <summary>A template.</summary>
public sealed record TemplateResponse
{
    public required string Name { get; init; }
    public required string Title { get; init; }
    public string? Description { get; init; }
    public required IReadOnlyList<ParameterResponse> Parameters { get; init; }

    /// <summary>Increased with each change; absent for those from files.</summary>
    public int? Version { get; init; }

    /// <summary><c>private</c> or <c>everyone</c>.</summary>
    public string? Visibility { get; init; }

    /// <summary>Its place in lists; smaller ones first.</summary>
    public int? Order { get; init; }

    /// <summary>A small picture as a data URI.</summary>
    public string? Picture { get; init; }

    /// <summary>What the best instance for it lacks; empty if it can run all of it, or none has reported yet.</summary>
    public IReadOnlyList<TemplateLack> Missing { get; init => field = value ?? []; } = [];

    /// <summary>Whether the caller may change and delete it.</summary>
    public bool? Editable { get; init; }

    /// <summary>In the API's format; only for a template requested by name.</summary>
    public JsonElement? Workflow { get; init; }
}

/// <summary>A parameter of a template.</summary>
public sealed record ParameterResponse
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

    /// <summary>Models: patterns for the file's name; like <see cref="Avoid"/>, only for a template requested by name.</summary>
    public IReadOnlyList<string>? Match { get; init; }

    /// <summary>Models: names of other kinds.</summary>
    public IReadOnlyList<string>? Avoid { get; init; }

    /// <summary>The inputs that receive the value; only for imports, and for those who may change the template.</summary>
    public IReadOnlyList<TargetResponse>? Targets { get; init; }
}

/// <summary>A node class or model that no instance has.</summary>
public sealed record TemplateLack(string Code, string Message)
{
    public string? NodeType { get; init; }
    public string? Input { get; init; }
    public string? Parameter { get; init; }
}

/// <summary>An input of a node.</summary>
public sealed record TargetResponse(string Node, string Input);
