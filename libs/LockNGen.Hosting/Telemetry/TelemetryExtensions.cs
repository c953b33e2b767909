using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LockNGen.Hosting.Telemetry;

/// <summary>
/// One telemetry set-up for all services: logs to the console (one line each, JSON with <c>Logging__Format=json</c>), and traces, metrics
/// and logs by OTLP as soon as the standard <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, each unless <c>OTEL_TRACES_EXPORTER</c>,
/// <c>OTEL_METRICS_EXPORTER</c> or <c>OTEL_LOGS_EXPORTER</c> is <c>none</c>. With <c>OTEL_METRICS_EXPORTER=prometheus</c> metrics can be
/// scraped, see <see cref="MetricsPort"/>; <c>otlp,prometheus</c> enables both.
/// </summary>
internal static class TelemetryExtensions
{
    /// <summary>Our own sources and meters are named LockNGen.&lt;Service&gt;.</summary>
    private const string OwnSources = "LockNGen.*";

    /// <summary>Further values of a label are combined in one series, so that user input cannot make a scrape grow without bound.</summary>
    private const int MaxSeriesPerMetric = 1000;

    /// <summary>Users choose where requests go (webhooks, addresses of inputs), so these labels are in traces but not in metrics.</summary>
    private static readonly string[] LabelsOfCalls = ["http.request.method", "http.response.status_code", "error.type", "network.protocol.version", "http.connection.state"];

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        AddConsole(builder);
        var configuration = builder.Configuration;
        var hasCollector = !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var metricsPort = MetricsPort.Of(configuration);
        if (metricsPort is { } port)
            MetricsPort.Listen(configuration, port);
        else if (!hasCollector)
            return;

        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource
            .AddService(builder.Environment.ApplicationName, serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
            .AddEnvironmentVariableDetector());
        if (IsPushed("LOGS"))
            telemetry.WithLogging(logs => logs.AddOtlpExporter(), options => options.IncludeScopes = true);
        if (IsPushed("TRACES"))
        {
            telemetry.WithTracing(traces => traces
                .AddSource(OwnSources, "MassTransit", "Npgsql")
                // Probes come every few seconds, and no one needs their traces.
                .AddAspNetCoreInstrumentation(o => o.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase) && context.Request.Path != "/metrics")
                .AddHttpClientInstrumentation()
                .AddOtlpExporter());
        }

        if (IsPushed("METRICS") || metricsPort is not null)
        {
            telemetry.WithMetrics(metrics =>
            {
                AddMeters(metrics);
                if (IsPushed("METRICS"))
                    metrics.AddOtlpExporter();
                if (metricsPort is not null)
                    metrics.AddPrometheusExporter();
            });
        }

        bool IsPushed(string signal) => hasCollector && Exporters(configuration, signal).Contains("otlp");
    }

    /// <summary>What a signal's <c>OTEL_..._EXPORTER</c> names; OTLP if it is not set.</summary>
    public static string[] Exporters(IConfiguration configuration, string signal) =>
        configuration[$"OTEL_{signal}_EXPORTER"] is { Length: > 0 } names
            ? names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : ["otlp"];

    private static void AddMeters(MeterProviderBuilder metrics) => metrics
        .AddMeter(OwnSources, "Microsoft.AspNetCore.*", "MassTransit", "Npgsql")
        .AddAspNetCoreInstrumentation()
        .AddHttpClientInstrumentation()
        .AddRuntimeInstrumentation()
        .AddView(instrument => instrument.Meter.Name is "System.Net.Http" or "System.Net.NameResolution"
            ? new MetricStreamConfiguration { CardinalityLimit = MaxSeriesPerMetric, TagKeys = LabelsOfCalls }
            : new MetricStreamConfiguration { CardinalityLimit = MaxSeriesPerMetric });

    private static void AddConsole(IHostApplicationBuilder builder)
    {
        // The frameworks log several lines for each request. The source of lowest precedence, so that any Logging__LogLevel__... setting wins.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
            },
        });
        if (string.Equals(builder.Configuration["Logging:Format"], "json", StringComparison.OrdinalIgnoreCase))
        {
            builder.Logging.AddJsonConsole(o =>
            {
                o.UseUtcTimestamp = true;
                o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                o.IncludeScopes = true;
            });
            return;
        }

        builder.Logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "HH:mm:ss.fff ";
        });
    }
}
