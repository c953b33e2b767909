using System.Net;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary>
/// ComfyUI's only protection: on a loopback host, a browser page from another origin is refused, for every method and
/// for the WebSocket. With <c>--enable-cors-header</c> there is none, and that header is on every answer.
/// </summary>
internal sealed class OriginMiddleware(RequestDelegate next, IOptions<SimulatorOptions> options)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (options.Value.CorsHeader is { } allowed)
            AddCorsHeaders(context.Response.Headers, allowed);
        else if (IsForeign(context.Request))
            return Finish(context, StatusCodes.Status403Forbidden);

        return HttpMethods.IsOptions(context.Request.Method) ? Finish(context, StatusCodes.Status200OK) : next(context);
    }

    private bool IsForeign(HttpRequest request)
    {
        if (options.Value.Version == ComfyUiVersion.B && request.Headers["Sec-Fetch-Site"] == "cross-site")
            return true;
        if (!Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin) || !IsLoopback(request.Host.Host))
            return false;

        // Without a port in the Origin only the names are compared.
        var authority = origin.IsDefaultPort ? origin.Host : origin.Authority;
        var host = origin.IsDefaultPort ? request.Host.Host : request.Host.Value;
        return !string.Equals(authority, host, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static void AddCorsHeaders(IHeaderDictionary headers, string allowed)
    {
        headers.AccessControlAllowOrigin = allowed;
        headers.AccessControlAllowMethods = "POST, GET, DELETE, PUT, OPTIONS";
        headers.AccessControlAllowHeaders = "Content-Type, Authorization";
        headers.AccessControlAllowCredentials = "true";
    }

    private static Task Finish(HttpContext context, int statusCode)
    {
        context.Response.StatusCode = statusCode;
        return Task.CompletedTask;
    }
}
