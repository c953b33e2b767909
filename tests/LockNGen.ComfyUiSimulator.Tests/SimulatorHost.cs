using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LockNGen.TestSupport;

/// <summary>
/// A simulated ComfyUI server inside the test process, on a free port. Test projects that need one reference the
/// simulator and compile this file as a link.
/// </summary>
internal sealed class SimulatorHost : SimulatorHolds, IAsyncDisposable
{
    private readonly WebApplication _app;

    private SimulatorHost(WebApplication app, HttpClient http)
        : base(http)
    {
        _app = app;
        Http = http;
    }

    public Uri BaseAddress => Http.BaseAddress!;

    public HttpClient Http { get; }

    /// <inheritdoc cref="StartAsync(TimeProvider, ValueTuple{string, string}[])"/>
    public static Task<SimulatorHost> StartAsync(params (string Name, string Value)[] settings) => StartAsync(TimeProvider.System, settings);

    /// <summary>Starts it.</summary>
    /// <param name="clock">What its steps take their time from.</param>
    /// <param name="settings">Of the section <c>Simulator</c>, e.g. <c>("Version", "A")</c>. Steps take no time unless a setting says so.</param>
    public static async Task<SimulatorHost> StartAsync(TimeProvider clock, params (string Name, string Value)[] settings)
    {
        // Watching configuration files takes one of the few watches that a user has, and a benchmark starts hundreds of these.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Simulator:StepMilliseconds"] = "0",
            ["Simulator:PreviewSize"] = "96",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>($"Simulator:{s.Name}", s.Value)));
        builder.Services.AddSingleton(clock);
        builder.AddComfyUiSimulator();
        var app = builder.Build();
        app.MapComfyUiSimulator();
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new SimulatorHost(app, new HttpClient { BaseAddress = new Uri(addresses.Single()), Timeout = TimeSpan.FromSeconds(60) });
    }

    /// <summary>Posts to an admin route, e.g. <c>zombie</c> or <c>sockets/drop?clientId=x</c>.</summary>
    public async Task AdminAsync(string route)
    {
        using var answer = await Http.PostAsync(new Uri($"/simulator/{route}", UriKind.Relative), content: null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until a client is connected.</summary>
    public async Task WaitForSocketAsync(string clientId)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await IsRegisteredAsync(clientId))
            timeout.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Waits until this many prompts are waiting or running, without a socket that would report it.</summary>
    public async Task WaitForQueueAsync(int remaining)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await Http.GetFromJsonAsync<JsonObject>("/prompt", timeout.Token))!["exec_info"]!["queue_remaining"]!.GetValue<int>() != remaining)
            timeout.Token.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Waits until the server has forgotten all sockets, or all but <paramref name="left"/>. One that closes late takes the next one of its client
    /// id with it, as on real servers (ComfyUI #16010).
    /// </summary>
    public async Task WaitForSocketsToCloseAsync(int left = 0)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await CountSocketsAsync() > left)
            timeout.Token.ThrowIfCancellationRequested();
    }

    /// <summary>How many sockets are open.</summary>
    public async Task<int> CountSocketsAsync() => (await Http.GetFromJsonAsync<JsonArray>("/simulator/sockets"))!.Count;

    /// <summary>Sends a text frame, sensible or not, to one client, or to all.</summary>
    public async Task SendFrameAsync(string text, string? clientId = null, bool end = true)
    {
        var target = clientId is null ? "" : $"&clientId={clientId}";
        using var content = new StringContent(text);
        using var answer = await Http.PostAsync(new Uri($"/simulator/frames?text=true&end={end}{target}", UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Whether any open socket is registered under a client id.</summary>
    public async Task<bool> IsRegisteredAsync(string clientId)
    {
        var sockets = await Http.GetFromJsonAsync<JsonArray>("/simulator/sockets");
        return sockets!.Any(s => s!["clientId"]!.ToString() == clientId && s["isRegistered"]!.GetValue<bool>());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
