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
internal sealed class SimulatorHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SimulatorHost(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        BaseAddress = new Uri(addresses.Single());
        Http = new HttpClient { BaseAddress = BaseAddress, Timeout = TimeSpan.FromSeconds(60) };
    }

    public Uri BaseAddress { get; }

    public HttpClient Http { get; }

    public Uri SocketAddress(string clientId) => new UriBuilder(BaseAddress) { Scheme = "ws", Path = "/ws", Query = $"clientId={clientId}" }.Uri;

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
        return new SimulatorHost(app);
    }

    /// <summary>Holds the next run that reaches the stage (<c>executionStart</c>, <c>executing</c>, <c>progress</c>, <c>executed</c>, <c>executionSuccess</c>, <c>historyWritten</c>).</summary>
    public async Task<Guid> HoldAsync(string stage, string? promptId = null, string? classType = null, int? step = null)
    {
        using var answer = await Http.PostAsJsonAsync("/simulator/holds", new { stage, promptId, classType, step });
        answer.EnsureSuccessStatusCode();
        var hold = await answer.Content.ReadFromJsonAsync<JsonObject>();
        return hold!["id"]!.GetValue<Guid>();
    }

    /// <summary>Waits until a run stands at the hold, and says which prompt it is.</summary>
    public async Task<string> HeldAsync(Guid hold)
    {
        var status = await Http.GetFromJsonAsync<JsonObject>($"/simulator/holds/{hold}?timeoutSeconds=30");
        return status!["reached"]!.GetValue<bool>() ? status["promptId"]!.GetValue<string>() : throw new TimeoutException("No run reached the hold.");
    }

    public async Task ReleaseAsync(Guid hold)
    {
        using var answer = await Http.DeleteAsync(new Uri($"/simulator/holds/{hold}", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
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

    /// <summary>Waits until so many prompts are waiting or running, without a socket of one's own that would say so.</summary>
    public async Task WaitForQueueAsync(int remaining)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await Http.GetFromJsonAsync<JsonObject>("/prompt", timeout.Token))!["exec_info"]!["queue_remaining"]!.GetValue<int>() != remaining)
            timeout.Token.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Waits until the server has forgotten all sockets. One that closes late takes the next one of its client id with it, as on real
    /// servers (ComfyUI #16010).
    /// </summary>
    public async Task WaitForNoSocketsAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await Http.GetFromJsonAsync<JsonArray>("/simulator/sockets", timeout.Token))!.Count > 0)
            timeout.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Sends a text frame, sensible or not, to one client, or to everybody.</summary>
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
