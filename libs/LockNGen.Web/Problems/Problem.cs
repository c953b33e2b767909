using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace LockNGen.Web.Problems;

/// <summary>
/// Every error of every service: RFC 9457 problem details with a stable <c>code</c>, and <c>errors</c> for the fields or nodes that are wrong.
/// The codes are documented in docs/problems.md.
/// </summary>
public static class Problem
{
    /// <summary>A problem whose code follows from its status.</summary>
    public static ProblemHttpResult Of(int status, string detail) => Of(status, ProblemCodes.Of(status), detail);

    /// <summary>A problem with a code of its own.</summary>
    public static ProblemHttpResult Of(int status, string code, string detail, IReadOnlyList<ProblemError>? errors = null)
    {
        var problem = new ProblemDetails
        {
            Type = TypeOf(code),
            Title = TitleOf(code),
            Status = status,
            Detail = detail,
            Extensions = { ["code"] = code },
        };
        if (errors is { Count: > 0 })
            problem.Extensions["errors"] = errors;
        return TypedResults.Problem(problem);
    }

    /// <summary>There is no such generation, or it is someone else's.</summary>
    public static ProblemHttpResult NotFound(Guid id) =>
        Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"There is no generation {id}.");

    /// <summary>The request has these errors.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyList<ProblemError> errors) => Of(
        StatusCodes.Status400BadRequest,
        ProblemCodes.InvalidRequest,
        errors is [var only] ? only.Message : $"{errors.Count} things are wrong; see errors.",
        errors);

    /// <summary>The request has one error.</summary>
    public static ProblemHttpResult Invalid(string field, string code, string message) => Invalid([new ProblemError { Field = field, Code = code, Message = message }]);

    internal static string TypeOf(string code) => "urn:lockngen:problem:" + code;

    internal static string TitleOf(string code) => char.ToUpperInvariant(code[0]) + code[1..].Replace('_', ' ');
}
