using System.Text.Json;
using System.Text.Json.Serialization;
using LockNGen.Web.Problems;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.Gallery;

/// <summary>Serves the gallery at <c>/</c>, and <c>/config.json</c>, which says where the services are.</summary>
internal static class GalleryEndpoints
{
    /// <summary>Addresses that the page itself routes.</summary>
    private static readonly string[] Pages = ["/", "/public", "/diagnostics", "/public/diagnostics"];

    private const string NotBuilt =
        "LockN Gen is running, but its web page is not built.\n\nBuild it with Node 20 or newer:  cd clients && npm ci && npm run build\nand restart. ./run does both.\n";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/config.json", (IOptions<GalleryOptions> options) => TypedResults.Json(
            new GalleryConfig(options.Value.ApiUrl, options.Value.RealtimeUrl), GalleryJson.Default.GalleryConfig)).ExcludeFromDescription();
        foreach (var page in Pages)
            endpoints.MapMethods(page, ["GET", "HEAD"], (HttpContext context, GalleryFiles files) => SendPageAsync(context, files)).ExcludeFromDescription();
        // After every other route, and only for GET and HEAD: a wrong method at an address of the API is still answered 405.
        endpoints.MapMethods("{*path:file}", ["GET", "HEAD"], (HttpContext context, GalleryFiles files) => SendFileAsync(context, files))
            .WithOrder(int.MaxValue).ExcludeFromDescription();
    }

    private static Task SendPageAsync(HttpContext context, GalleryFiles files)
    {
        if (!files.IsBuilt)
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync(NotBuilt, context.RequestAborted);
        }

        return SendAsync(context, files.Find("/index.html")!, "no-cache");
    }

    private static Task SendFileAsync(HttpContext context, GalleryFiles files)
    {
        if (files.Find(context.Request.Path) is not { } file)
        {
            return Problem.Of(StatusCodes.Status404NotFound, $"There is nothing at {context.Request.Path}.").ExecuteAsync(context);
        }

        // Files below /assets have a hash of their content in their name.
        return SendAsync(context, file, context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache");
    }

    private static async Task SendAsync(HttpContext context, GalleryFile file, string caching)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = caching;
        headers.Vary = "Accept-Encoding";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = Policy(context);
        context.Response.ContentType = file.ContentType;

        var path = file.Path;
        var accepted = context.Request.GetTypedHeaders().AcceptEncoding;
        foreach (var (encoding, suffix) in file.Encodings)
        {
            if (accepted.Any(a => a.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && a.Quality is null or > 0))
            {
                headers.ContentEncoding = encoding;
                path += suffix;
                break;
            }
        }

        await context.Response.SendFileAsync(path, context.RequestAborted);
    }

    /// <summary>
    /// Everything from this origin, and connections to the services and the object storage if they are configured at other origins. Inline
    /// styles are allowed because UI components set positions with them; inline scripts are not needed.
    /// </summary>
    private static string Policy(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<GalleryOptions>>().Value;
        var elsewhere = string.Concat(new[] { options.ApiUrl, options.MediaUrl, options.RealtimeUrl, options.RealtimeUrl.Replace("http", "ws", StringComparison.Ordinal) }
            .Where(u => u.Length > 0).Distinct().Select(u => " " + u));
        return $"default-src 'self'; connect-src 'self'{elsewhere}; img-src 'self' data: blob:{elsewhere}; media-src 'self'{elsewhere}; style-src 'self' 'unsafe-inline'; "
            + "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
    }
}

/// <summary>The page's configuration; empty = its own origin.</summary>
internal sealed record GalleryConfig(string ApiUrl, string RealtimeUrl);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(GalleryConfig))]
internal sealed partial class GalleryJson : JsonSerializerContext;
