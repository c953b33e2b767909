using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using LockNGen.ComfyUiWatcher;
using LockNGen.GenerationApi;
using LockNGen.Hosting;
using LockNGen.RealtimeGateway;
using LockNGen.TestSupport;
using LockNGen.WebhookNotifier;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LockNGen.IntegrationTests.Telemetry;

/// <summary>Every metric that the dashboards and alert rules query exists, under the name that Prometheus gives it.</summary>
public sealed partial class MetricNamesTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("lockngen-metrics-");

    [Fact]
    public async Task Metric_OfADashboardOrAnAlert_IsOneThatAServiceHas()
    {
        var measured = await MeasuredAsync();

        var asked = Asked().ToList();

        asked.Count.ShouldBeGreaterThan(30);
        asked.Where(name => !measured.Contains(name)).ShouldBeEmpty();
    }

    public void Dispose() => _data.Delete(recursive: true);

    /// <summary>Every name of ours and of .NET's in an expression; RabbitMQ's own are not our business.</summary>
    private static IEnumerable<string> Asked() =>
        from expression in Dashboards().Concat(Alerts())
        from Match name in Names().Matches(Labels().Replace(expression, ""))
        select name.Value;

    private static IEnumerable<string> Dashboards() =>
        Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "deploy", "grafana", "dashboards"), "*.json")
            .SelectMany(file => Expressions(JsonElement.Parse(File.ReadAllText(file))));

    private static IEnumerable<string> Expressions(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Expressions),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p =>
            p.NameEquals("expr") ? [p.Value.GetString()!] : Expressions(p.Value)),
        _ => [],
    };

    private static IEnumerable<string> Alerts() =>
        File.ReadAllLines(System.IO.Path.Combine(Repository.Root, "deploy", "prometheus", "alerts.yml")).Where(line => !line.TrimStart().StartsWith('#'));

    /// <summary>All instruments of the four services, in one process; those that nothing has been measured with yet, too.</summary>
    private async Task<HashSet<string>> MeasuredAsync()
    {
        var names = new HashSet<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                lock (names)
                    names.UnionWith(PrometheusNames(instrument));
            },
        };
        listener.Start();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Transport"] = "InMemory",
            ["Storage:DataPath"] = _data.FullName,
            ["ComfyUi:Instances:0:Url"] = "http://127.0.0.1:9",
            ["Drain:Seconds"] = "0",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddGenerationApi();
        builder.AddComfyUiWatcher();
        builder.AddRealtimeGateway();
        builder.AddWebhookNotifier();
        await using var app = builder.Build();
        app.MapServiceDefaults();
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
        lock (names)
            return [.. names];
    }

    /// <summary>What Prometheus' OTLP receiver makes of a name, a unit and a kind.</summary>
    private static IEnumerable<string> PrometheusNames(Instrument instrument)
    {
        var kind = instrument.GetType().Name.Split('`')[0];
        var unit = instrument.Unit switch { "s" => "seconds", "By" => "bytes", "1" when kind.EndsWith("Gauge", StringComparison.Ordinal) => "ratio", _ => "" };
        var name = instrument.Name.Replace('.', '_');
        if (unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal))
            name += "_" + unit;
        return kind switch
        {
            "Counter" or "ObservableCounter" => [name + "_total"],
            "Histogram" => [name + "_bucket", name + "_count", name + "_sum"],
            _ => [name],
        };
    }

    [GeneratedRegex(@"\b(lockngen|dotnet|http|kestrel|aspnetcore|db)_[a-z_]+\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Names();

    [GeneratedRegex(@"\bby \([^)]*\)|\{[^}]*\}")]
    private static partial Regex Labels();
}
