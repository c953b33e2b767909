using System.Diagnostics.Metrics;
using System.Globalization;
using LockNGen.Hosting.Start;
using LockNGen.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.Hosting.Tests.Telemetry;

/// <summary><c>/metrics</c>: what it refuses at start, and how large it may grow.</summary>
public sealed class MetricsPortTests
{
    private readonly int[] _ports = FreePorts.Take(2);

    private string Service => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports[0]}");

    private string Port => _ports[1].ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task Metric_WithALabelPerUser_IsCutToAThousandSeries()
    {
        var builder = Create(Service, ("OTEL_EXPORTER_PROMETHEUS_PORT", Port));
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        app.MapServiceDefaults();
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var meter = app.Services.GetRequiredService<IMeterFactory>().Create("LockNGen.Test");
        var counter = meter.CreateCounter<long>("lockngen.test.users");
        for (var user = 0; user < 3000; user++)
            counter.Add(1, new KeyValuePair<string, object?>("user", user));

        using var http = new HttpClient();
        var scrape = await http.GetStringAsync($"http://127.0.0.1:{Port}/metrics", TestContext.Current.CancellationToken);

        var series = scrape.Split('\n').Where(line => line.StartsWith("lockngen_test_users_total{", StringComparison.Ordinal)).ToList();
        series.Count.ShouldBeInRange(900, 1001);
        // Nothing is lost: the rest is combined in one more.
        series.Sum(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).ShouldBe(3000);
        series.Count(line => line.Contains("otel_metric_overflow=\"true\"", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void Port_OfTheServiceItself_IsRefused()
    {
        var builder = Create(Service, ("OTEL_EXPORTER_PROMETHEUS_PORT", _ports[0].ToString(CultureInfo.InvariantCulture)));

        Should.Throw<StartFailureException>(builder.AddServiceDefaults).Message
            .ShouldBe($"The service itself listens on {Service}: choose another port for /metrics with OTEL_EXPORTER_PROMETHEUS_PORT.");
    }

    [Fact]
    public void Port_BesideEndpointsOfKestrelsOwnSection_IsRefused()
    {
        var builder = Create(Service, ("Kestrel:Endpoints:Http:Url", Service));

        Should.Throw<StartFailureException>(builder.AddServiceDefaults).Message.ShouldContain("use that instead of Kestrel__Endpoints");
    }

    private static WebApplicationBuilder Create(string urls, params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = urls;
        builder.Configuration["OTEL_METRICS_EXPORTER"] = "prometheus";
        foreach (var (name, value) in settings)
            builder.Configuration[name] = value;
        return builder;
    }
}
