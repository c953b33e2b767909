using System.Data.Common;
using Microsoft.AspNetCore.Diagnostics;

namespace LockNGen.GenerationApi.Problems;

/// <summary>An unavailable database is temporary and not the client's fault: 503 with Retry-After.</summary>
internal sealed partial class DatabaseExceptionHandler(ILogger<DatabaseExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not DbException)
            return false;
        LogUnavailable(exception, httpContext.Request.Path);
        httpContext.Response.Headers.RetryAfter = "5";
        await Problem.Of(
            StatusCodes.Status503ServiceUnavailable, ProblemCodes.DatabaseUnavailable, "The database is not available. Try again in a few seconds.")
            .ExecuteAsync(httpContext);
        return true;
    }

    [LoggerMessage(LogLevel.Error, "The database failed during {Path}")]
    private partial void LogUnavailable(Exception exception, string path);
}
