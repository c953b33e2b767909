using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Templates;

/// <summary>A workflow with named parameters; one JSON file each, see docs/templates.md.</summary>
internal sealed record Template
{
    public required string Name { get; init; }
    public required string Title { get; init; }
    public string? Description { get; init; }

    /// <summary>Its place among those from files; smaller ones first.</summary>
    public int Order { get; init; }
    public required IReadOnlyList<TemplateParameter> Parameters { get; init; }
    public required JsonObject Workflow { get; init; }
}

/// <summary>A parameter of a template.</summary>
internal sealed record TemplateParameter
{
    public required string Name { get; init; }
    public required ParameterType Type { get; init; }
    public string? Title { get; init; }
    public bool Required { get; init; }

    /// <summary>The value when omitted; a seed without one is random, a model without one is the instance's first.</summary>
    public JsonElement? Default { get; init; }
    public decimal? Min { get; init; }
    public decimal? Max { get; init; }

    /// <summary>Numbers must be a multiple of it, counted from <see cref="Min"/>.</summary>
    public decimal? Step { get; init; }

    /// <summary>Text: the most characters. Default 10,000.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Whether few people change it.</summary>
    public bool Advanced { get; init; }

    /// <summary>
    /// Models: patterns for the file's name, the best first, with * for anything. If omitted, the first that an instance has is used; if there is none
    /// the template is not offered.
    /// </summary>
    public IReadOnlyList<string> Match { get; init => field = value ?? []; } = [];

    /// <summary>Models: names of other kinds, never used for those of <see cref="Match"/>. Without <see cref="Match"/>, the template is listed after others where such a model would be used.</summary>
    public IReadOnlyList<string> Avoid { get; init => field = value ?? []; } = [];

    /// <summary>The inputs that receive the value.</summary>
    public required IReadOnlyList<TemplateTarget> Targets { get; init; }
}

/// <summary>An input of a node of the template's workflow.</summary>
internal sealed record TemplateTarget(string Node, string Input);

/// <summary>The type of a parameter's values.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ParameterType>))]
internal enum ParameterType
{
    Text,
    Integer,
    Number,

    /// <summary>A whole number, random when omitted.</summary>
    Seed,

    /// <summary>One of the choices that the instances offer for the target input.</summary>
    Choice,

    /// <summary>A choice that names a model file.</summary>
    Model,

    Boolean,

    /// <summary>The name of an uploaded file.</summary>
    Image,
    Video,
    Audio,
    File,
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Template))]
internal sealed partial class TemplateJson : JsonSerializerContext;
