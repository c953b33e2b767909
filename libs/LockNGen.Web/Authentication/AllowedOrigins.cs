using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

/// <summary>Other sites whose pages may use this service. Section <c>Cors</c>.</summary>
public sealed class CorsOriginOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Cors";

    /// <summary>Origins such as <c>https://gallery.example.com</c>. Default: none; pages from this service's own host are always allowed.</summary>
    public IList<string> Origins { get; init; } = [];
}

/// <summary>Checks <c>Origin</c>: for CORS, where browsers send preflights, and for WebSockets and plain posts, where they do not.</summary>
public sealed class AllowedOrigins(IOptions<CorsOriginOptions> options) : IConfigureOptions<CorsOptions>
{
    /// <summary>Whether a page of this origin may connect. Clients other than browsers send none.</summary>
    public bool Allows(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || IsSameHost(origin, request.Host) || Lists(request);
    }

    /// <summary>Whether the request's origin is one of <see cref="CorsOriginOptions.Origins"/>.</summary>
    internal bool Lists(HttpRequest request) => options.Value.Origins.Contains(request.Headers.Origin.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    void IConfigureOptions<CorsOptions>.Configure(CorsOptions cors) => cors.AddDefaultPolicy(policy => policy
        .WithOrigins([.. options.Value.Origins])
        .AllowAnyHeader()
        .AllowAnyMethod()
        .AllowCredentials()
        .WithExposedHeaders("ETag", "Location", "Retry-After"));

    /// <summary>By host and port, not scheme: TLS may be terminated by a proxy that is not trusted.</summary>
    private static bool IsSameHost(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var from)
        && string.Equals(from.Host, host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port is null ? from.IsDefaultPort : from.Port == host.Port);

    /// <summary>Answers preflights before anything else handles them.</summary>
    internal sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseCors();
            next(app);
        };
    }
}

internal sealed class CorsOriginOptionsValidator : IValidateOptions<CorsOriginOptions>
{
    public ValidateOptionsResult Validate(string? name, CorsOriginOptions options)
    {
        var bad = options.Origins.Where(o => !Uri.TryCreate(o, UriKind.Absolute, out var u) || o != u.GetLeftPart(UriPartial.Authority)).ToList();
        return bad.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Cors:Origins has {string.Join(", ", bad)}: give origins such as https://gallery.example.com, without a path.");
    }
}
