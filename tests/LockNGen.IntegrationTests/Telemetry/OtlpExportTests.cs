using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Telemetry;

/// <summary>A deployed service exports its telemetry to a collector, configured only by the standard variables.</summary>
public sealed class OtlpExportTests(RabbitMqBroker broker) : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("lockngen-otlp-");

    [Fact]
    public async Task Service_WithTheStandardVariables_ExportsTracesMetricsAndLogs()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var trace = ActivityTraceId.CreateRandom();

        await RunAsync(trace, new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-tenant=gallery",
            ["OTEL_SERVICE_NAME"] = "the-queue",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=tests",
        });

        collector.Signals.ShouldBe(["traces", "metrics", "logs"], ignoreOrder: true);
        foreach (var signal in collector.Signals)
        {
            collector.Has(signal, "the-queue").ShouldBeTrue(signal);
            collector.Has(signal, "deployment.environment").ShouldBeTrue(signal);
        }

        var id = new byte[16];
        trace.CopyTo(id);
        collector.Has("traces", id).ShouldBeTrue();
        collector.Has("traces", "publish event").ShouldBeTrue();
        collector.Has("metrics", "lockngen.generations.submitted").ShouldBeTrue();
        collector.Has("metrics", "http.server.request.duration").ShouldBeTrue();
        collector.Has("metrics", "dotnet.process.cpu.time").ShouldBeTrue();
        collector.Has("logs", "templates can be used").ShouldBeTrue();
        collector.Tenants.ShouldBe(["gallery"]);
    }

    [Fact]
    public async Task Service_WithASignalSwitchedOff_ExportsTheOthers()
    {
        await using var collector = await OtlpCollector.StartAsync();

        await RunAsync(ActivityTraceId.CreateRandom(), new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_TRACES_EXPORTER"] = "none",
        });

        collector.Signals.ShouldBe(["metrics", "logs"], ignoreOrder: true);
    }

    [Fact]
    public async Task LogLine_OfAGeneration_HasItsIdAndItsTrace()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var trace = ActivityTraceId.CreateRandom();

        var log = await RunAsync(trace, new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["Logging__Format"] = "json",
            ["Logging__LogLevel__LockNGen"] = "Debug",
        }, untilLogged: "Published generation.queued");

        var line = JsonElement.Parse(log.Split('\n').Single(l => l.Contains("Published generation.queued", StringComparison.Ordinal)));
        line.GetProperty("State").GetProperty("GenerationId").GetString().ShouldNotBeNullOrEmpty();
        line.GetProperty("Scopes").EnumerateArray().ShouldContain(s => s.GetRawText().Contains(trace.ToString(), StringComparison.Ordinal));
    }

    public void Dispose() => _data.Delete(recursive: true);

    /// <summary>Runs the API for one submission; when it stops, it exports the rest. Returns its log.</summary>
    private async Task<string> RunAsync(ActivityTraceId trace, Dictionary<string, string> settings, string? untilLogged = null)
    {
        settings["ConnectionStrings__rabbitmq"] = await broker.CreateVirtualHostAsync();
        settings["Storage__DataPath"] = _data.FullName;
        await using var api = ServiceProcess.Start("LockNGen.GenerationApi", settings);
        await api.ReadyAsync(TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generations")
        {
            Content = JsonContent.Create(new { template = "txt2img", parameters = new { prompt = "a lighthouse" } }),
            Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01" } },
        };
        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = api.Url };
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        if (untilLogged is not null)
            await api.LoggedAsync(untilLogged);
        (await api.TerminateAsync()).ShouldBe(0, api.Log);
        return api.Log;
    }
}
