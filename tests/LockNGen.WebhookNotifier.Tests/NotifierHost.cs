using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Hosting;
using LockNGen.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LockNGen.WebhookNotifier.Tests;

/// <summary>The whole service as Standalone composes it: in-memory bus, SQLite, real HTTP; with retries short enough to be waited for.</summary>
internal sealed class NotifierHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private NotifierHost(WebApplication app, string folder)
    {
        _app = app;
        _folder = folder;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static Task<NotifierHost> StartAsync(params (string Name, string Value)[] settings) => StartAsync(_ => { }, settings);

    public static async Task<NotifierHost> StartAsync(Action<BusParts> configureBus, params (string Name, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("lockngen-webhooks-").FullName;
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Transport"] = "InMemory",
            ["ConnectionStrings:webhooks"] = "Data Source=" + Path.Combine(folder, "webhooks.db"),
            ["Webhooks:AllowPrivateAddresses"] = "true",
            ["Webhooks:FirstRetry"] = "00:00:00.010",
            ["Webhooks:CircuitBreak"] = "00:00:00.010",
            ["Webhooks:PollInterval"] = "00:00:00.050",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value));
        builder.AddServiceDefaults();
        builder.AddWebhookNotifier();
        builder.AddBus(configureBus);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapWebhookNotifier();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new NotifierHost(app, folder);
    }

    /// <summary>Publishes an event as the watcher or the API would.</summary>
    public Task PublishAsync(GenerationEvent message, string? owner, string? traceParent = null) =>
        Services.GetRequiredService<EventPublisher>().PostAsync(message, new EventContext(owner, traceParent), TestContext.Current.CancellationToken);

    /// <summary>Registers a webhook of an owner; returns the answer.</summary>
    public async Task<JsonElement> RegisterAsync(string url, string owner, params string[] eventTypes)
    {
        using var response = await SendAsync(
            HttpMethod.Post, "/api/webhooks", owner, eventTypes.Length == 0 ? new { url } : new { url, eventTypes });
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    /// <summary>Any body, in the name of a session.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("X-Session-Id", "someone");
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A request in the name of a session.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? owner, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (owner is not null)
            request.Headers.Add("X-Session-Id", owner);
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A successful GET as JSON.</summary>
    public async Task<JsonElement> GetAsync(string path, string owner)
    {
        using var response = await SendAsync(HttpMethod.Get, path, owner);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until the newest delivery of a webhook has ended, and returns it in full.</summary>
    public async Task<JsonElement> EndedAsync(string webhook, string owner)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var items = (await GetAsync($"/api/webhooks/{webhook}/deliveries", owner)).GetProperty("items");
            if (items.GetArrayLength() > 0 && items[0].GetProperty("status").GetString() != "pending")
                return await GetAsync($"/api/webhooks/{webhook}/deliveries/{items[0].GetProperty("id").GetString()}", owner);
            limit.Token.ThrowIfCancellationRequested();

            // The log can only be polled.
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
