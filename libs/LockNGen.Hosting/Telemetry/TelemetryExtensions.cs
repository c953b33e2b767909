using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LockNGen.Hosting.Telemetry;

/// <summary>
/// One telemetry set-up for all services: logs to the console (one line each, JSON with <c>Logging__Format=json</c>), and traces, metrics
/// and logs by OTLP as soon as the standard <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, each unless <c>OTEL_TRACES_EXPORTER</c>,
/// <c>OTEL_METRICS_EXPORTER</c> or <c>OTEL_LOGS_EXPORTER</c> is <c>none</c>.
/// </summary>
internal static class TelemetryExtensions
{
    /// <summary>Our own sources and meters are named LockNGen.&lt;Service&gt;.</summary>
    private const string OwnSources = "LockNGen.*";

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        AddConsole(builder);
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;

        var resource = ResourceBuilder.CreateDefault()
            .AddService(builder.Environment.ApplicationName, serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
            .AddEnvironmentVariableDetector();
        if (IsExported("LOGS"))
        {
            builder.Logging.AddOpenTelemetry(o =>
            {
                o.SetResourceBuilder(resource);
                o.IncludeScopes = true;
                o.AddOtlpExporter();
            });
        }

        builder.Services.AddHostedService(_ => new TelemetryProviders(
            () => !IsExported("TRACES") ? null : Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource(OwnSources, "Microsoft.AspNetCore", "System.Net.Http", "MassTransit", "Npgsql")
                .AddOtlpExporter()
                .Build(),
            () => !IsExported("METRICS") ? null : Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter(OwnSources, "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "MassTransit", "Npgsql")
                .AddOtlpExporter()
                .Build()));

        bool IsExported(string signal) => builder.Configuration[$"OTEL_{signal}_EXPORTER"] != "none";
    }

    private static void AddConsole(IHostApplicationBuilder builder)
    {
        // The frameworks log several lines for each request. As the weakest source, so that any Logging__LogLevel__... setting wins.
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

    /// <summary>Builds the providers when the host starts and flushes them when it stops.</summary>
    private sealed class TelemetryProviders(Func<TracerProvider?> traces, Func<MeterProvider?> metrics) : IHostedService, IDisposable
    {
        private TracerProvider? _traces;
        private MeterProvider? _metrics;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _traces = traces();
            _metrics = metrics();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            _traces?.Dispose();
            _metrics?.Dispose();
        }
    }
}
