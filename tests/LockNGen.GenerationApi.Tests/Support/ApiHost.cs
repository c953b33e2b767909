using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Hosting;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>The real API on its own port, with an in-memory bus unless configured otherwise; records what it publishes.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly bool _ownsFolder;
    private readonly IReadOnlyList<FakeWatcher> _watchers;

    private ApiHost(WebApplication app, string folder, bool ownsFolder, IReadOnlyList<FakeWatcher> watchers, EventRecorder events, string url)
    {
        (_app, _folder, _ownsFolder, _watchers, Events) = (app, folder, ownsFolder, watchers, events);
        Client = new HttpClient { BaseAddress = new Uri(url), Timeout = Patience };
    }

    public HttpClient Client { get; }

    public EventRecorder Events { get; }

    /// <summary>Where its files are.</summary>
    public string Folder => _folder;

    public IServiceProvider Services => _app.Services;

    public static async Task<ApiHost> StartAsync(
        string? connectionString = null,
        string? folder = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        IReadOnlyList<FakeWatcher>? watchers = null,
        string? rabbitMq = null,
        Action<BusParts>? endpoints = null,
        LogRecorder? log = null,
        Action<IServiceCollection>? services = null)
    {
        var ownFolder = folder ?? Directory.CreateTempSubdirectory("lockngen-api-").FullName;
        var url = $"http://127.0.0.1:{FreePorts.Take()}";
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("LOCKNGEN_TEST_LOG") is not null)
            builder.Logging.AddSimpleConsole(o => o.SingleLine = true);
        if (log is not null)
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseUrls(url);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Transport"] = rabbitMq is null ? "InMemory" : "RabbitMq",
            ["ConnectionStrings:rabbitmq"] = rabbitMq,
            ["ConnectionStrings:generations"] = connectionString,
            ["Storage:DataPath"] = ownFolder,
            ["Queue:Lease"] = "00:00:02",
            ["Queue:ClaimTimeout"] = "00:00:01",
            ["Queue:SweepInterval"] = "00:00:00.100",
            ["Queue:OutcomeTimeout"] = "00:00:01",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        services?.Invoke(builder.Services);
        builder.AddServiceDefaults();
        builder.AddGenerationApi();
        var events = new EventRecorder();
        builder.AddBus(parts =>
        {
            parts.Endpoint("test-events-" + Guid.NewGuid().ToString("N")[..8], (_, endpoint) => events.Bind(endpoint));
            endpoints?.Invoke(parts);
            foreach (var watcher in watchers ?? [])
                parts.Endpoint(BusQueues.Watcher(watcher.Name), (_, endpoint) => watcher.Bind(endpoint));
        });

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGenerationApi();
        await app.StartAsync();
        foreach (var watcher in watchers ?? [])
            watcher.Connect(app.Services.GetRequiredService<CommandClient>());
        return new ApiHost(app, ownFolder, folder is null, watchers ?? [], events, url);
    }

    public async Task<JsonElement> SubmitAsync(object body, string? session = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generations") { Content = JsonContent.Create(body) };
        if (session is not null)
            request.Headers.Add("X-Session-Id", session);
        using var response = await Client.SendAsync(request);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted, answer.ToString());
        return answer;
    }

    public async Task<Guid> SubmitTextAsync(int count = 1, string? session = null, string prompt = "a lighthouse") =>
        (await SubmitAsync(new { template = "txt2img", parameters = new { prompt, seed = 7, model = "sd15.safetensors" }, count }, session)).GetProperty("id").GetGuid();

    public Task<JsonElement> GetAsync(Guid id) => Client.GetFromJsonAsync<JsonElement>($"/api/generations/{id}");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var watcher in _watchers)
            await watcher.DieAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsFolder)
            Directory.Delete(_folder, recursive: true);
    }
}
