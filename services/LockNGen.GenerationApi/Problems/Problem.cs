using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace LockNGen.GenerationApi.Problems;

/// <summary>
/// Every error answer: RFC 9457 problem details with a stable <c>code</c>, and <c>errors</c> for the fields or nodes that are wrong.
/// The types are documented in docs/problems.md.
/// </summary>
internal static class Problem
{
    public static ProblemHttpResult Of(int status, string code, string detail, IReadOnlyList<ProblemError>? errors = null)
    {
        var problem = new ProblemDetails
        {
            Type = "urn:lockngen:problem:" + code,
            Title = TitleOf(code),
            Status = status,
            Detail = detail,
            Extensions = { ["code"] = code },
        };
        if (errors is { Count: > 0 })
            problem.Extensions["errors"] = errors;
        return TypedResults.Problem(problem);
    }

    public static ProblemHttpResult NotFound(Guid id) =>
        Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"There is no generation {id}.");

    public static ProblemHttpResult Invalid(IReadOnlyList<ProblemError> errors) => Of(
        StatusCodes.Status400BadRequest,
        ProblemCodes.InvalidRequest,
        errors is [var only] ? only.Message : $"{errors.Count} things are wrong; see errors.",
        errors);

    public static ProblemHttpResult Invalid(string field, string code, string message) => Invalid([new ProblemError { Field = field, Code = code, Message = message }]);

    private static string TitleOf(string code) => char.ToUpperInvariant(code[0]) + code[1..].Replace('_', ' ');
}

/// <summary>One thing that is wrong with a request.</summary>
internal sealed record ProblemError
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
