using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace LockNGen.Web.Problems;

/// <summary>A body that ends too early or is too large, wherever it is read, is the client's mistake, and often its disconnect: it does not belong in the error log.</summary>
internal sealed class BadRequestHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
            return false;
        await Problem.Of(bad.StatusCode, bad.Message).ExecuteAsync(httpContext);
        return true;
    }
}
