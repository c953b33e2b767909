using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.ComfyUiSimulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>A simulated ComfyUI in this process, on a port of its own.</summary>
internal sealed class SimulatedServer : IAsyncDisposable
{
    public const string Checkpoint = "test-model.safetensors";

    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private SimulatedServer(WebApplication app)
    {
        _app = app;
        Url = app.Urls.Single();
        _http = new HttpClient { BaseAddress = new Uri(Url) };
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
        return new SimulatedServer(app);
    }

    /// <summary>Makes the next matching run stop at a stage, and returns the hold's id.</summary>
    public async Task<Guid> HoldAsync(string stage, string? classType = null, int? step = null)
    {
        var answer = await PostAsync("simulator/holds", JsonContent.Create(new { stage, classType, step }));
        return answer.GetProperty("id").GetGuid();
    }

    /// <summary>Waits until a run stands at the hold, and returns its prompt id.</summary>
    public async Task<string> ReachedAsync(Guid hold)
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>($"simulator/holds/{hold}?timeoutSeconds=60", TestContext.Current.CancellationToken);
        answer.GetProperty("reached").GetBoolean().ShouldBeTrue("the prompt never came to the hold");
        return answer.GetProperty("promptId").GetString()!;
    }

    public async Task ReleaseAsync(Guid hold) =>
        (await _http.DeleteAsync($"simulator/holds/{hold}", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

    public Task AdminAsync(string path) => PostAsync("simulator/" + path, content: null);

    public Task SendFrameAsync(string query, byte[] body) => PostAsync("simulator/frames?" + query, new ByteArrayContent(body));

    public Task<JsonElement> PostPromptAsync(object body) => PostAsync("prompt", JsonContent.Create(body));

    public Task PostJsonAsync(string path, object body) => PostAsync(path, JsonContent.Create(body));

    public async Task UploadAsync(string name, byte[] bytes)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "image", name } };
        await PostAsync("upload/image", form);
    }

    /// <summary>Waits until so many prompts wait behind the one that runs.</summary>
    public async Task WaitForPendingAsync(int count)
    {
        while ((await GetAsync("queue")).GetProperty("queue_pending").GetArrayLength() != count)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }

    public async Task<JsonElement> GetAsync(string path) =>
        await _http.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);

    /// <summary>Prompts that the server has finished or is running, in whatever way.</summary>
    public async Task<IReadOnlyList<string>> RendersAsync() =>
        [.. (await GetAsync("simulator/renders")).EnumerateArray().Select(r => r.GetProperty("promptId").GetString()!)];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }

    private async Task<JsonElement> PostAsync(string path, HttpContent? content)
    {
        using var response = await _http.PostAsync(path, content, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue($"{path}: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
        return body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body);
    }
}
