using System.Globalization;

namespace LockNGen.ComfyDoors.Api;

/// <summary>The GenerationApi refused, or did not answer.</summary>
internal sealed class ApiException(int status, ApiProblem problem, TimeSpan? retryAfter = null)
    : Exception(problem.Detail ?? $"The GenerationApi answered {status}.")
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(5);

    /// <summary>Its status code; 503 if it did not answer.</summary>
    public int Status => status;

    public ApiProblem Problem => problem;

    /// <summary>Sets <c>Retry-After</c>, if the time is known or the caller was too early.</summary>
    public void TellWhen(HttpResponse response)
    {
        if ((retryAfter ?? (status == StatusCodes.Status429TooManyRequests ? DefaultWait : null)) is { } wait)
            response.Headers.RetryAfter = ((int)Math.Max(1, wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>It did not answer.</summary>
    public static ApiException Away(string reason) =>
        new(StatusCodes.Status503ServiceUnavailable, new ApiProblem { Code = "api_unavailable", Detail = "The farm does not answer at the moment: " + reason }, DefaultWait);
}
