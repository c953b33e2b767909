using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Telemetry;

/// <summary><c>/metrics</c> as Prometheus fetches it: what the alert rules ask for is there, and nowhere but at its own port.</summary>
public sealed partial class MetricsScrapeTests(RabbitMqBroker broker) : IDisposable
{
    /// <summary>Counters of what does not happen here; MetricNamesTests checks that they exist.</summary>
    private static readonly string[] OnlyAfterTrouble = ["lockngen_gateway_holes_total"];

    private readonly string _data = Directory.CreateTempSubdirectory("lockngen-scrape-").FullName;
    private readonly int _port = FreePorts.Take();

    [Fact]
    public async Task Standalone_AfterAGeneration_HasWhatTheAlertsAskFor()
    {
        await using var simulator = ServiceProcess.Start("LockNGen.ComfyUiSimulator", new Dictionary<string, string> { ["Simulator__StepMilliseconds"] = "50" });
        await using var standalone = Start("LockNGen.Standalone", new()
        {
            ["Standalone__Data"] = _data,
            ["Standalone__DoorPort"] = "0",
            ["ComfyUi__Instances__0__Url"] = simulator.Url.ToString(),
        });
        await standalone.ReadyAsync(TestContext.Current.CancellationToken);
        var id = await standalone.Http.SubmitAsync(steps: 20);
        await using var client = await ProgressClient.ConnectAsync(standalone.Url, $"generationId={id}&after=0");
        await client.UntilAsync("generation.completed");

        var scrape = await ScrapeWithAsync("lockngen_health_status");

        Asked().Except(OnlyAfterTrouble).Where(name => !Has(scrape, name)).ShouldBeEmpty();
        // Our own bounds of a histogram, not the library's.
        scrape.ShouldContain("le=\"0.0005\"");
        // The pictures were fetched from the simulator, and the host must not be a label.
        var calls = scrape.Split('\n').Where(line => line.StartsWith("http_client_", StringComparison.Ordinal)).ToList();
        calls.ShouldContain(line => line.StartsWith("http_client_request_duration_seconds_count{", StringComparison.Ordinal));
        calls.ShouldAllBe(line => !line.Contains("server_address=", StringComparison.Ordinal));
        using var elsewhere = await standalone.Http.GetAsync("metrics", TestContext.Current.CancellationToken);
        (await elsewhere.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("lockngen_health_status");
    }

    [Fact]
    public async Task Service_AskedAtThePortOfItsMetrics_HasNothingElse()
    {
        await using var gateway = Start("LockNGen.RealtimeGateway", new() { ["ConnectionStrings__rabbitmq"] = await broker.CreateVirtualHostAsync() });
        await gateway.ReadyAsync(TestContext.Current.CancellationToken);

        (await ScrapeAsync()).ShouldContain("\ndotnet_process_cpu_time_seconds_total{");

        foreach (var path in new[] { "", "health/ready", "api/generations" })
        {
            using var answer = await gateway.Http.GetAsync(AtMetricsPort(path), TestContext.Current.CancellationToken);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }
    }

    [Theory]
    [InlineData("99999")]
    [InlineData("metrics")]
    public async Task Service_WithAPortThatIsNone_SaysSo(string port)
    {
        await using var notifier = Start("LockNGen.WebhookNotifier", new() { ["OTEL_EXPORTER_PROMETHEUS_PORT"] = port });

        (await notifier.Ended.WaitAsync(TestContext.Current.CancellationToken)).ShouldBe(1);

        await notifier.LoggedAsync($"OTEL_EXPORTER_PROMETHEUS_PORT is '{port}', and must be a port from 1 to 65535.");
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static IEnumerable<string> Asked() =>
        from line in File.ReadLines(System.IO.Path.Combine(Repository.Root, "deploy", "prometheus", "alerts.yml"))
        where !line.TrimStart().StartsWith('#')
        from Match name in OwnNames().Matches(line)
        select name.Value;

    private ServiceProcess Start(string service, Dictionary<string, string> settings)
    {
        settings["OTEL_METRICS_EXPORTER"] = "prometheus";
        settings.TryAdd("OTEL_EXPORTER_PROMETHEUS_PORT", _port.ToString(CultureInfo.InvariantCulture));
        return ServiceProcess.Start(service, settings);
    }

    private Uri AtMetricsPort(string path) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/{path}"));

    private async Task<string> ScrapeAsync()
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(AtMetricsPort("metrics"), TestContext.Current.CancellationToken);
    }

    /// <summary>Metrics that appear some seconds after the start can only be polled.</summary>
    private async Task<string> ScrapeWithAsync(string metric)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            var scrape = await ScrapeAsync();
            if (Has(scrape, metric))
                return scrape;
            await Task.Delay(100, limit.Token);
        }
    }

    private static bool Has(string scrape, string metric) => scrape.Contains("\n" + metric + "{", StringComparison.Ordinal);

    [GeneratedRegex(@"\blockngen_[a-z_]+\b")]
    private static partial Regex OwnNames();
}
