namespace LockNGen.ComfyUiSimulator.Http;

/// <summary>aiohttp's answers when a handler fails, a method is not allowed or a route does not exist.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            LogFailed(e, context.Request.Method, context.Request.Path);
            await WriteInternalErrorAsync(context);
            return;
        }

        if (context.Response.HasStarted)
            return;
        if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync("405: Method Not Allowed", context.RequestAborted);
        }
        else if (context.Response.StatusCode == StatusCodes.Status404NotFound && context.GetEndpoint() is null)
        {
            context.Response.ContentType = "application/octet-stream";
        }
    }

    public static Task WriteInternalErrorAsync(HttpContext context)
    {
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("500 Internal Server Error\n\nServer got itself in trouble", context.RequestAborted);
    }

    [LoggerMessage(LogLevel.Information, "{Method} {Path} answers 500")]
    private partial void LogFailed(Exception exception, string method, PathString path);
}
