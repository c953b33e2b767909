using System.Text.Json;

namespace LockNGen.GenerationApi.Templates;

/// <summary>The body of POST and PUT /api/templates; also the content of an exported file.</summary>
public sealed record TemplateBody
{
    /// <summary>How it is submitted: letters, digits, <c>-</c> and <c>_</c>. Default: derived from the title.</summary>
    public string? Name { get; init; }

    public string? Title { get; init; }

    public string? Description { get; init; }

    /// <summary><c>private</c> (default) or <c>everyone</c>, which needs <c>generations:admin</c> where authentication is on.</summary>
    public string? Visibility { get; init; }

    /// <summary>Its place in lists; smaller ones first. Default 0.</summary>
    public int? Order { get; init; }

    /// <summary>A small PNG, JPEG or WebP as a data URI; an empty text removes it.</summary>
    public string? Picture { get; init; }

    public IReadOnlyList<ParameterBody>? Parameters { get; init; }

    /// <summary>In the API's format.</summary>
    public JsonElement? Workflow { get; init; }

    /// <summary>In an exported file; ignored.</summary>
    public int? Version { get; init; }

    /// <summary>In an exported file; ignored.</summary>
    public bool? Editable { get; init; }

    /// <summary>In an exported file; ignored.</summary>
    public IReadOnlyList<TemplateLack>? Missing { get; init; }
}

/// <summary>A parameter of a template.</summary>
public sealed record ParameterBody
{
    public string? Name { get; init; }

    /// <summary>text, integer, number, boolean, seed, choice, model, image, video, audio or file.</summary>
    public string? Type { get; init; }

    public string? Title { get; init; }

    public bool? Required { get; init; }

    public JsonElement? Default { get; init; }

    public decimal? Min { get; init; }

    public decimal? Max { get; init; }

    public decimal? Step { get; init; }

    public int? MaxLength { get; init; }

    public bool? Advanced { get; init; }

    /// <summary>Models: patterns for the file's name, the best first, with <c>*</c> for anything; if omitted, the first that an instance has is used.</summary>
    public IReadOnlyList<string>? Match { get; init; }

    /// <summary>Models: names of other kinds, never used by default.</summary>
    public IReadOnlyList<string>? Avoid { get; init; }

    /// <summary>Ignored: the instances' own are offered.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    public IReadOnlyList<TargetResponse>? Targets { get; init; }
}
