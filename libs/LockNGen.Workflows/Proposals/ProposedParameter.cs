using System.Text.Json;

namespace LockNGen.Workflows.Proposals;

/// <summary>A field of a workflow that people may want to set, as a template would have it.</summary>
public sealed record ProposedParameter
{
    /// <summary>In camel case, unique within the workflow.</summary>
    public required string Name { get; init; }

    /// <summary>text, integer, number, boolean, seed, choice, model, image, video, audio or file.</summary>
    public required string Type { get; init; }

    /// <summary>Its display name.</summary>
    public required string Title { get; init; }

    /// <summary>The workflow's value; null if it is random (seeds) or must be given.</summary>
    public JsonElement? Default { get; init; }

    public bool Required { get; init; }

    public decimal? Min { get; init; }

    public decimal? Max { get; init; }

    public decimal? Step { get; init; }

    /// <summary>Whether few people change it.</summary>
    public bool Advanced { get; init; }

    /// <summary>The inputs that receive the value.</summary>
    public required IReadOnlyList<ProposedTarget> Targets { get; init; }

    internal ParameterRole Role { get; init; }
}

/// <summary>An input of a node.</summary>
public sealed record ProposedTarget(string Node, string Input);
