using System.Security.Cryptography;
using LockNGen.GenerationApi.Generations;
using Microsoft.Extensions.Options;
using Scalar.AspNetCore;

namespace LockNGen.GenerationApi.Docs;

/// <summary>The interactive API page at <c>/docs</c>: Scalar's, whose script is included in its package.</summary>
internal static class DocsPage
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<GenerationApiOptions>>().Value;
        if (options.DocsPage)
            endpoints.MapScalarApiReference("/docs", (page, context) => Configure(page, context, options));
    }

    private static void Configure(ScalarOptions page, HttpContext context, GenerationApiOptions options)
    {
        // Nothing is requested from other servers: no fonts, no assistant, no telemetry.
        page.WithTitle("LockN Gen API").DisableDefaultFonts().DisableAgent().DisableMcp().DisableTelemetry().HideClientButton().HideDeveloperTools();
        page.AddDocument("v1", "Generations");
        if (options.WebhooksDocument)
            page.AddDocument("webhooks", "Webhooks", "/api/webhooks/openapi.json");

        page.Nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = $"default-src 'self'; script-src 'self' 'nonce-{page.Nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
            + "font-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
    }
}
