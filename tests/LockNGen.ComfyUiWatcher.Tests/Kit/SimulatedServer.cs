using LockNGen.ComfyUiSimulator;
using LockNGen.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>A simulated ComfyUI in this process, on its own port.</summary>
internal sealed class SimulatedServer : SimulatorControl, IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private SimulatedServer(WebApplication app, HttpClient http)
        : base(http)
    {
        _app = app;
        _http = http;
        Url = app.Urls.First(u => u.StartsWith("http:", StringComparison.Ordinal));
        SecureUrl = app.Urls.FirstOrDefault(u => u.StartsWith("https:", StringComparison.Ordinal));
    }

    public string Url { get; }

    /// <summary>Where it listens with a certificate, if the settings give it one.</summary>
    public string? SecureUrl { get; }

    public static async Task<SimulatedServer> StartAsync(string version = "B", int stepMilliseconds = 1, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Simulator:Version"] = version,
            ["Simulator:StepMilliseconds"] = stepMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Simulator:PreviewSize"] = "64",
            ["Simulator:Checkpoints:0"] = Graphs.Checkpoint,
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.AddComfyUiSimulator();
        var app = builder.Build();
        app.MapComfyUiSimulator();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new SimulatedServer(app, new HttpClient { BaseAddress = new Uri(app.Urls.First(u => u.StartsWith("http:", StringComparison.Ordinal))) });
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}
