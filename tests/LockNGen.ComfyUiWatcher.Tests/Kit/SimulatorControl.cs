using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>What tests request from a simulated ComfyUI, in this process or another.</summary>
internal class SimulatorControl(HttpClient http) : SimulatorHolds(http)
{
    private readonly HttpClient _http = http;

    public Task AdminAsync(string path, string? json = null) => PostAsync("simulator/" + path, json is null ? null : new StringContent(json));

    /// <summary>Lets something in front answer in the server's place.</summary>
    public Task AnswerAsync(object answer) => PostAsync("simulator/answers", JsonContent.Create(answer));

    public Task AnswerNoMoreAsync() => DeleteAsync("simulator/answers");

    public Task SendFrameAsync(string query, byte[] body) => PostAsync("simulator/frames?" + query, new ByteArrayContent(body));

    public Task PostBytesAsync(string path, byte[] body) => PostAsync(path, new ByteArrayContent(body));

    public Task<JsonElement> PostPromptAsync(object body) => PostAsync("prompt", JsonContent.Create(body));

    public Task PostJsonAsync(string path, object body) => PostAsync(path, JsonContent.Create(body));

    public async Task UploadAsync(string name, byte[] bytes)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "image", name } };
        await PostAsync("upload/image", form);
    }

    /// <summary>Waits until this many prompts wait behind the running one.</summary>
    public async Task WaitForPendingAsync(int count)
    {
        while ((await GetAsync("queue")).GetProperty("queue_pending").GetArrayLength() != count)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }

    public async Task<JsonElement> GetAsync(string path) =>
        await _http.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);

    /// <summary>Prompts that the server is running or has finished, with any outcome.</summary>
    public async Task<IReadOnlyList<string>> RendersAsync() =>
        [.. (await GetAsync("simulator/renders")).EnumerateArray().Select(r => r.GetProperty("promptId").GetString()!)];

    private async Task<JsonElement> PostAsync(string path, HttpContent? content)
    {
        using var response = await _http.PostAsync(path, content, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue($"{path}: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
        return body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body);
    }

    private async Task DeleteAsync(string path) =>
        (await _http.DeleteAsync(path, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
}
