namespace LockNGen.GenerationApi.Problems;

/// <summary>Gives the problems that the framework itself makes (bad route values, wrong methods) the same <c>code</c> and type as ours have.</summary>
internal static class ProblemDefaults
{
    public static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem.Extensions.ContainsKey("code"))
            return;
        var code = problem.Status switch
        {
            StatusCodes.Status400BadRequest => ProblemCodes.InvalidRequest,
            StatusCodes.Status401Unauthorized => ProblemCodes.Unauthorized,
            StatusCodes.Status403Forbidden => ProblemCodes.Forbidden,
            StatusCodes.Status404NotFound => ProblemCodes.NotFound,
            StatusCodes.Status405MethodNotAllowed => ProblemCodes.MethodNotAllowed,
            StatusCodes.Status413PayloadTooLarge => ProblemCodes.TooLarge,
            StatusCodes.Status415UnsupportedMediaType => ProblemCodes.UnsupportedMediaType,
            _ => ProblemCodes.InternalError,
        };
        problem.Extensions["code"] = code;
        problem.Type = "urn:lockngen:problem:" + code;
        if (problem.Status == StatusCodes.Status400BadRequest && context.Exception is BadHttpRequestException bad)
            problem.Detail ??= bad.Message;
    }
}
