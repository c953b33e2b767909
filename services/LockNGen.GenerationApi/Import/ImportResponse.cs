using System.Text.Json;
using LockNGen.GenerationApi.Templates;

namespace LockNGen.GenerationApi.Import;

/// <summary>The answer of POST /api/workflows/import.</summary>
public sealed record ImportResponse
{
    /// <summary>The workflow in the API's format.</summary>
    public required JsonElement Workflow { get; init; }

    /// <summary>What to call it.</summary>
    public required string Title { get; init; }

    /// <summary>What was given: <c>api</c>, <c>prompt</c> or <c>editor</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The type of the file that contained it; absent for JSON.</summary>
    public string? Container { get; init; }

    /// <summary>The instances that can run all of it as it is.</summary>
    public required IReadOnlyList<string> RunsOn { get; init; }

    /// <summary>What the others lack, and other findings.</summary>
    public required IReadOnlyList<ImportFinding> Findings { get; init; }

    /// <summary>The parameters that a template of it should have.</summary>
    public required IReadOnlyList<ParameterResponse> Parameters { get; init; }

    /// <summary>The rest of its fields, which can be parameters as well.</summary>
    public required IReadOnlyList<ParameterResponse> OtherParameters { get; init; }
}

/// <summary>Something that an instance lacks.</summary>
public sealed record ImportFinding
{
    /// <summary>As in problems, for example <c>unknown_node_class</c>, <c>missing_model</c>, <c>not_a_choice</c>; see docs/problems.md.</summary>
    public required string Code { get; init; }

    /// <summary>For people.</summary>
    public required string Message { get; init; }

    /// <summary>The instances concerned; empty if it concerns all of them.</summary>
    public required IReadOnlyList<string> Instances { get; init; }

    public string? NodeId { get; init; }

    public string? NodeType { get; init; }

    public string? Input { get; init; }

    /// <summary>Similar names, the nearest first.</summary>
    public required IReadOnlyList<string> Nearest { get; init; }
}
