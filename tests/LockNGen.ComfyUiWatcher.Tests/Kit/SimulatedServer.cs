using LockNGen.ComfyUiSimulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>A simulated ComfyUI in this process, on a port of its own.</summary>
internal sealed class SimulatedServer : SimulatorControl, IAsyncDisposable
{
    public const string Checkpoint = "test-model.safetensors";

    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private SimulatedServer(WebApplication app, HttpClient http)
        : base(http)
    {
        _app = app;
        _http = http;
        Url = app.Urls.Single();
    }

    public string Url { get; }

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
            ["Simulator:Checkpoints:0"] = Checkpoint,
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.AddComfyUiSimulator();
        var app = builder.Build();
        app.MapComfyUiSimulator();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new SimulatedServer(app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}
