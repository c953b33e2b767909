namespace LockNGen.Web.Problems;

/// <summary>One thing that is wrong with a request.</summary>
public sealed record ProblemError
{
    /// <summary>The field of the request, for example <c>count</c> or <c>parameters.width</c>.</summary>
    public string? Field { get; init; }

    /// <summary>The node of the workflow.</summary>
    public string? NodeId { get; init; }

    /// <summary>The class of that node.</summary>
    public string? NodeType { get; init; }

    /// <summary>The input of that node.</summary>
    public string? Input { get; init; }

    /// <summary>What is wrong, for programs: see docs/problems.md.</summary>
    public required string Code { get; init; }

    /// <summary>What is wrong, for people.</summary>
    public required string Message { get; init; }
}
