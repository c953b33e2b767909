using System.Globalization;
using LockNGen.Hosting.Start;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace LockNGen.Hosting.Telemetry;

/// <summary>
/// <c>/metrics</c> for Prometheus, on a port that serves nothing else: making a service public does not make its metrics public
/// with it.
/// </summary>
internal static class MetricsPort
{
    private const string PortSetting = "OTEL_EXPORTER_PROMETHEUS_PORT";
    private const int DefaultPort = 9464;

    /// <summary>The port, when <c>OTEL_METRICS_EXPORTER</c> names <c>prometheus</c>.</summary>
    public static int? Of(IConfiguration configuration)
    {
        if (!TelemetryExtensions.Exporters(configuration, "METRICS").Contains("prometheus"))
            return null;
        if (configuration[PortSetting] is not { Length: > 0 } text)
            return DefaultPort;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw new StartFailureException($"{PortSetting} is '{text}', and must be a port from 1 to 65535.");
    }

    /// <summary>Adds the port to those that the service listens on, at the interfaces of the first, with its scheme.</summary>
    public static void Listen(IConfiguration configuration, int port)
    {
        if (configuration.GetSection("Kestrel:Endpoints").Exists())
            throw new StartFailureException("OTEL_METRICS_EXPORTER=prometheus adds a port to those of ASPNETCORE_URLS: use that instead of Kestrel__Endpoints.");
        var urls = Urls(configuration);
        if (urls.FirstOrDefault(url => BindingAddress.Parse(url).Port == port) is { } taken)
            throw new StartFailureException($"The service itself listens on {taken}: choose another port for /metrics with {PortSetting}.");
        var first = urls.Count > 0 ? BindingAddress.Parse(urls[0]) : BindingAddress.Parse("http://127.0.0.1");
        // Last, and with the same scheme: code that looks up the service's address takes the first plain one.
        configuration[WebHostDefaults.ServerUrlsKey] =
            string.Join(';', [.. urls, string.Create(CultureInfo.InvariantCulture, $"{first.Scheme}://{first.Host}:{port}")]);
    }

    /// <summary>Answers on that port, and makes nothing else reachable there.</summary>
    public static void Map(IApplicationBuilder app, int port) => app.MapWhen(context => context.Connection.LocalPort == port, branch =>
    {
        branch.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
        branch.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    });

    /// <summary>As the host reads them: addresses before ports.</summary>
    private static List<string> Urls(IConfiguration configuration)
    {
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
            return [.. Split(urls)];
        return
        [
            .. Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"),
            .. Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"),
        ];
    }

    private static string[] Split(string? list) => list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
