using LockNGen.Hosting.Health;
using LockNGen.Hosting.Start;
using LockNGen.Hosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LockNGen.Hosting;

/// <summary>What every service does the same way: telemetry, logs, health, problem details, the clock.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Call it in Program.cs once the service's addresses are set: <c>/metrics</c> has a port of its own.</summary>
    public static IHostApplicationBuilder AddServiceDefaults(this IHostApplicationBuilder builder)
    {
        builder.AddTelemetry();
        StartLogging.AddTo(builder.Logging);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        builder.Services.AddSingleton<IHealthCheckPublisher, HealthMetrics>();
        builder.Services.Configure<HealthCheckPublisherOptions>(o => o.Period = TimeSpan.FromSeconds(10));
        builder.Services.AddProblemDetails();
        // A background service that dies must end the process: an orchestrator restarts it, while a half-dead one would go unnoticed.
        builder.Services.Configure<HostOptions>(o =>
        {
            o.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
            o.ShutdownTimeout = TimeSpan.FromSeconds(30);
        });
        return builder;
    }

    /// <summary>Errors as RFC 9457 problem details, and <c>/health/live</c> and <c>/health/ready</c>. Call it before mapping endpoints.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        if (MetricsPort.Of(app.Configuration) is { } port)
            MetricsPort.Map(app, port);
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // Malformed bodies and parameters are the client's fault and say so in the exception.
            StatusCodeSelector = e => e is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
        });
        app.UseStatusCodePages();
        app.Use(JsonCharset.IgnoreUnknownAsync);
        app.MapHealth();
        return app;
    }
}
