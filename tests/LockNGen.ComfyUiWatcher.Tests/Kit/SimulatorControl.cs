using System.Net.Http.Json;
using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>What tests ask of a simulated ComfyUI, wherever it runs.</summary>
internal class SimulatorControl(HttpClient http)
{
    /// <summary>Makes the next matching run stop at a stage, and returns the hold's id.</summary>
    public async Task<Guid> HoldAsync(string stage, string? classType = null, int? step = null)
    {
        var answer = await PostAsync("simulator/holds", JsonContent.Create(new { stage, classType, step }));
        return answer.GetProperty("id").GetGuid();
    }

    /// <summary>Waits until a run stands at the hold, and returns its prompt id.</summary>
    public async Task<string> ReachedAsync(Guid hold)
    {
        var answer = await http.GetFromJsonAsync<JsonElement>($"simulator/holds/{hold}?timeoutSeconds=60", TestContext.Current.CancellationToken);
        answer.GetProperty("reached").GetBoolean().ShouldBeTrue("the prompt never came to the hold");
        return answer.GetProperty("promptId").GetString()!;
    }

    public Task ReleaseAsync(Guid hold) => DeleteAsync($"simulator/holds/{hold}");

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

    /// <summary>Waits until so many prompts wait behind the one that runs.</summary>
    public async Task WaitForPendingAsync(int count)
    {
        while ((await GetAsync("queue")).GetProperty("queue_pending").GetArrayLength() != count)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }

    public async Task<JsonElement> GetAsync(string path) =>
        await http.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);

    /// <summary>Prompts that the server has finished or is running, in whatever way.</summary>
    public async Task<IReadOnlyList<string>> RendersAsync() =>
        [.. (await GetAsync("simulator/renders")).EnumerateArray().Select(r => r.GetProperty("promptId").GetString()!)];

    public Task ReleaseAllAsync() => DeleteAsync("simulator/holds");

    private async Task<JsonElement> PostAsync(string path, HttpContent? content)
    {
        using var response = await http.PostAsync(path, content, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue($"{path}: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
        return body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body);
    }

    private async Task DeleteAsync(string path) =>
        (await http.DeleteAsync(path, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
}
