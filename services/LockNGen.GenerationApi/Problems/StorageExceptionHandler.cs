using LockNGen.GenerationApi.Storage;
using Microsoft.AspNetCore.Diagnostics;

namespace LockNGen.GenerationApi.Problems;

/// <summary>Unavailable object storage is temporary and not the client's fault: 503 with Retry-After. Watchers keep their results until then.</summary>
internal sealed partial class StorageExceptionHandler(ILogger<StorageExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not StorageUnavailableException)
            return false;
        LogAway(httpContext.Request.Path, exception.Message);
        httpContext.Response.Headers.RetryAfter = "5";
        await Problem.Of(
            StatusCodes.Status503ServiceUnavailable, ProblemCodes.StorageUnavailable, "The object storage is not available. Try again in a few seconds.")
            .ExecuteAsync(httpContext);
        return true;
    }

    [LoggerMessage(LogLevel.Error, "The object storage failed during {Path}: {Reason}")]
    private partial void LogAway(string path, string reason);
}
