using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LockNGen.IntegrationTests.Telemetry;

/// <summary>Receives what is exported by OTLP over HTTP, as any collector would, and keeps the protobuf messages unchanged.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Signal, byte[] Body, string Tenant)> _exports = [];

    private OtlpCollector(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new OtlpCollector(builder.Build());
        collector._app.MapPost("/v1/{signal}", async (HttpContext context, string signal) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            collector._exports.Enqueue((signal, body.ToArray(), context.Request.Headers["x-tenant"].ToString()));
            context.Response.ContentType = "application/x-protobuf";
        });
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>The signals (traces, metrics, logs) that came, each once.</summary>
    public IEnumerable<string> Signals => _exports.Select(e => e.Signal).Distinct();

    /// <summary>Whether a signal came with this text in it.</summary>
    public bool Has(string signal, string text) => Has(signal, Encoding.UTF8.GetBytes(text));

    /// <summary>Whether a signal came with these bytes in it.</summary>
    public bool Has(string signal, byte[] part) => _exports.Any(e => e.Signal == signal && e.Body.AsSpan().IndexOf(part) >= 0);

    /// <summary>What the header <c>x-tenant</c> said, each once.</summary>
    public IEnumerable<string> Tenants => _exports.Select(e => e.Tenant).Distinct();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
