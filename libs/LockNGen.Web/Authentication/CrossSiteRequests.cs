using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LockNGen.Web.Authentication;

/// <summary>
/// Refuses what a page of another site asks its visitor's browser to change here (cross-site request forgery). CORS does not: a browser
/// sends a plain POST without asking first, and we read JSON from any content type. Browsers name their page's origin in every such
/// request; clients that are no browsers name none, and are left alone.
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

    /// <summary>What the browser says about the page goes before our comparison of hosts, which a proxy may have changed.</summary>
    private bool IsOwn(HttpRequest request) => request.Headers[FetchSite].ToString() switch
    {
        "same-origin" or "none" => true,
        "" => origins.Allows(request),
        _ => origins.Lists(request),
    };

    /// <summary>Behind CORS, which answers preflights, and in front of everything else.</summary>
    internal sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseMiddleware<CrossSiteRequests>();
            next(app);
        };
    }
}
