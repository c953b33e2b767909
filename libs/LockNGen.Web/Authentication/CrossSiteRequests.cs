using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LockNGen.Web.Authentication;

/// <summary>
/// Refuses changes that a page of another site requests through its visitor's browser (cross-site request forgery). CORS does not: a browser
/// sends a plain POST without a preflight, and we read JSON from any content type. Browsers name their page's origin in every such
/// request; other clients name none, and are allowed.
/// </summary>
internal sealed class CrossSiteRequests(RequestDelegate next, AllowedOrigins origins)
{
    private const string FetchSite = "Sec-Fetch-Site";

    public Task InvokeAsync(HttpContext context) => IsSafe(context.Request.Method) || IsOwn(context.Request)
        ? next(context)
        : Problem.Of(StatusCodes.Status403Forbidden, "A page of another site may not do this. If it is yours, add its origin to Cors:Origins.")
            .ExecuteAsync(context);

    /// <summary>The methods that change nothing (RFC 9110, 9.2.1).</summary>
    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    /// <summary>The browser's own verdict takes precedence over our comparison of hosts, which a proxy may have changed.</summary>
    private bool IsOwn(HttpRequest request) => request.Headers[FetchSite].ToString() switch
    {
        "same-origin" or "none" => true,
        "" => origins.Allows(request),
        _ => origins.Lists(request),
    };

    /// <summary>After CORS, which answers preflights, and before everything else.</summary>
    internal sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseMiddleware<CrossSiteRequests>();
            next(app);
        };
    }
}
