using Microsoft.AspNetCore.Http;

namespace LockNGen.Web.Problems;

/// <summary>Gives the framework's own problems (bad route values, wrong methods) the same members as ours.</summary>
internal static class ProblemDefaults
{
    public static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem.Extensions.ContainsKey("code"))
            return;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        var code = ProblemCodes.Of(status);
        problem.Extensions["code"] = code;
        problem.Type = Problem.TypeOf(code);
        problem.Title ??= Problem.TitleOf(code);
        problem.Detail ??= DetailOf(status, context);
    }

    private static string DetailOf(int status, ProblemDetailsContext context) => status switch
    {
        StatusCodes.Status400BadRequest when context.Exception is BadHttpRequestException bad => bad.Message,
        StatusCodes.Status400BadRequest => "The request cannot be read: a value in its path, query or body is of the wrong type or missing.",
        StatusCodes.Status404NotFound => $"There is nothing at {context.HttpContext.Request.Path}.",
        StatusCodes.Status405MethodNotAllowed => $"{context.HttpContext.Request.Method} is not allowed at {context.HttpContext.Request.Path}.",
        StatusCodes.Status415UnsupportedMediaType => "The Content-Type is not one that is read here.",
        >= 500 => "An internal error occurred; find it in the logs by traceId.",
        _ => "The request was refused.",
    };
}
