namespace LockNGen.ComfyDoors.Api;

/// <summary>The GenerationApi refused, or did not answer.</summary>
internal sealed class ApiException(int status, ApiProblem problem, TimeSpan? retryAfter = null)
    : Exception(problem.Detail ?? $"The GenerationApi answered {status}.")
{
    /// <summary>Its status code; 503 when it did not answer.</summary>
    public int Status => status;

    public ApiProblem Problem => problem;

    /// <summary>When to try again, where it says so.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>It did not answer.</summary>
    public static ApiException Away(string reason) =>
        new(StatusCodes.Status503ServiceUnavailable, new ApiProblem { Code = "api_unavailable", Detail = "The farm does not answer at the moment: " + reason }, TimeSpan.FromSeconds(5));
}
