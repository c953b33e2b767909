using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// ComfyUI's HTTP calls. Every one has a deadline; those that change nothing are retried. An answer is read as JSON only when it says that
/// it is: many errors are <c>text/plain</c> or empty.
/// </summary>
/// <param name="http">Its base address is the server, with a slash at the end.</param>
/// <param name="timeout">How long a small call may take.</param>
internal sealed class ComfyUiClient(HttpClient http, TimeSpan timeout)
{
    private const int TransferFactor = 12;
    private const int NewestEntries = 20;

    private readonly ResiliencePipeline _single = ComfyUiResilience.Single(timeout);
    private readonly ResiliencePipeline _retried = ComfyUiResilience.Retried(timeout);
    private readonly ResiliencePipeline _transfer = ComfyUiResilience.Single(timeout * TransferFactor);
    private readonly ResiliencePipeline _retriedTransfer = ComfyUiResilience.Retried(timeout * TransferFactor);

    /// <summary>Not retried: who polls asks again anyway.</summary>
    public Task<QueueSnapshot> GetQueueAsync(CancellationToken cancellationToken) =>
        GetAsync(_single, "queue", QueueSnapshot.Of, cancellationToken);

    /// <summary>Null while the prompt waits or runs, and when the server does not know it.</summary>
    public Task<HistoryEntry?> GetHistoryAsync(string promptId, CancellationToken cancellationToken) =>
        GetAsync(
            _retried,
            "history/" + Uri.EscapeDataString(promptId),
            answer => answer.Child(promptId) is { } entry ? HistoryEntry.Of(entry) : null,
            cancellationToken);

    /// <summary>The same from the jobs API; also null where the server has none.</summary>
    public async Task<HistoryEntry?> GetJobAsync(string promptId, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(_retried, "api/jobs/" + Uri.EscapeDataString(promptId), HistoryEntry.OfJob, cancellationToken);
        }
        catch (ComfyUiException e) when (e.Status < HttpStatusCode.InternalServerError)
        {
            return null;
        }
    }

    /// <summary>What ended last, in order.</summary>
    public Task<IReadOnlyList<(string PromptId, HistoryEntry Entry)>> GetNewestHistoryAsync(CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<(string, HistoryEntry)>>(
            _retried,
            string.Create(CultureInfo.InvariantCulture, $"history?max_items={NewestEntries}"),
            answer => [.. answer.EnumerateObject().Select(e => (e.Name, HistoryEntry.Of(e.Value)))],
            cancellationToken);

    public Task<string?> GetVersionAsync(CancellationToken cancellationToken) =>
        GetAsync(_single, "system_stats", answer => answer.Child("system")?.Text("comfyui_version"), cancellationToken);

    /// <summary>What the server has printed of late.</summary>
    public Task<ServerLog> GetLogAsync(CancellationToken cancellationToken) =>
        GetAsync(_single, "internal/logs/raw", ServerLog.Of, cancellationToken);

    /// <summary>The answer of <c>/object_info</c>: megabytes on servers with many models and custom nodes.</summary>
    public async Task<byte[]> GetObjectInfoAsync(CancellationToken cancellationToken) =>
        await _retriedTransfer.ExecuteAsync(
            async token =>
            {
                using var response = await http.GetAsync(new Uri("object_info", UriKind.Relative), token);
                await EnsureJsonAsync(response, token);
                return PythonJson.Clean(await response.Content.ReadAsByteArrayAsync(token)).ToArray();
            },
            cancellationToken);

    /// <summary>The answer of <c>/node_replacements</c>; null from servers that do not know it, or replace nothing.</summary>
    public async Task<byte[]?> GetNodeReplacementsAsync(CancellationToken cancellationToken) =>
        await _single.ExecuteAsync(
            async token =>
            {
                using var response = await http.GetAsync(new Uri("node_replacements", UriKind.Relative), token);
                if (!response.IsSuccessStatusCode || !IsJson(response))
                    return null;
                var replacements = PythonJson.Clean(await response.Content.ReadAsByteArrayAsync(token)).ToArray();
                return replacements.AsSpan().Trim(" \r\n\t"u8).SequenceEqual("{}"u8) ? null : replacements;
            },
            cancellationToken);

    /// <summary>Submits a prompt. Never retried here: after a lost answer it must first be looked for.</summary>
    /// <returns>What is wrong with outputs that ComfyUI leaves out although it accepted the prompt.</returns>
    /// <exception cref="PromptRejectedException">ComfyUI refused the workflow.</exception>
    public async Task<PromptRejection> SubmitAsync(PromptRequest prompt, CancellationToken cancellationToken) =>
        await _transfer.ExecuteAsync(
            async token =>
            {
                using var content = Json(prompt, ComfyUiJson.Default.PromptRequest);
                using var response = await http.PostAsync(new Uri("prompt", UriKind.Relative), content, token);
                if (response.StatusCode == HttpStatusCode.BadRequest && IsJson(response))
                    throw new PromptRejectedException(await ReadAsync(response, PromptRejection.Of, token));
                await EnsureJsonAsync(response, token);
                return await ReadAsync(response, PromptRejection.Of, token);
            },
            cancellationToken);

    /// <summary>Removes a waiting prompt; nothing happens when it is running or unknown.</summary>
    public Task DeleteQueuedAsync(string promptId, CancellationToken cancellationToken) =>
        PostAsync("queue", new QueueDeletion([promptId]), ComfyUiJson.Default.QueueDeletion, cancellationToken);

    /// <summary>Interrupts a prompt if it is the one that runs. It acts between nodes and at progress updates, and may come to nothing.</summary>
    public Task InterruptAsync(string promptId, CancellationToken cancellationToken) =>
        PostAsync("interrupt", new Interrupt(promptId), ComfyUiJson.Default.Interrupt, cancellationToken);

    /// <summary>Removes a waiting prompt, or interrupts a running one.</summary>
    public Task StopAsync(string promptId, bool running, CancellationToken cancellationToken) =>
        running ? InterruptAsync(promptId, cancellationToken) : DeleteQueuedAsync(promptId, cancellationToken);

    /// <summary>Opens a file that a node has written. Its bytes come while they are read.</summary>
    public async Task<FileContent> OpenFileAsync(OutputFile file, CancellationToken cancellationToken) =>
        await _retried.ExecuteAsync(
            async token =>
            {
                var address = $"view?filename={Uri.EscapeDataString(file.Filename)}&subfolder={Uri.EscapeDataString(file.Subfolder)}"
                    + $"&type={Uri.EscapeDataString(file.Type)}";
                var response = await http.GetAsync(new Uri(address, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, token);
                try
                {
                    await EnsureSuccessAsync(response, token);
                    var contentType = response.Content.Headers.ContentType?.MediaType ?? MediaTypeNames.Application.Octet;
                    return new FileContent(contentType, await response.Content.ReadAsStreamAsync(token), response)
                    {
                        Length = response.Content.Headers.ContentLength,
                    };
                }
                catch
                {
                    response.Dispose();
                    throw;
                }
            },
            cancellationToken);

    /// <summary>
    /// Stores an input file of any type (the address says image, and ComfyUI does not look) and returns the name that a workflow must use for
    /// it, with its folder: ComfyUI renames when another file has the name.
    /// </summary>
    /// <param name="name">The file's name.</param>
    /// <param name="open">Opens the file, from its beginning, for each try; it is sent as it comes.</param>
    /// <param name="cancellationToken">Ends the tries.</param>
    public async Task<string> UploadAsync(string name, Func<CancellationToken, Task<StreamContent>> open, CancellationToken cancellationToken) =>
        await _retriedTransfer.ExecuteAsync(
            async token =>
            {
                using var form = new MultipartFormDataContent();
                using var file = await open(token);
                file.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Octet);
                form.Add(file, "image", name);
                using var response = await http.PostAsync(new Uri("upload/image", UriKind.Relative), form, token);
                await EnsureJsonAsync(response, token);
                return await ReadAsync(
                    response,
                    answer => answer.Text("subfolder") is { Length: > 0 } folder ? $"{folder}/{answer.Text("name")}" : answer.Text("name") ?? name,
                    token);
            },
            cancellationToken);

    private async Task<T> GetAsync<T>(
        ResiliencePipeline pipeline, string path, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        await pipeline.ExecuteAsync(
            async token =>
            {
                using var response = await http.GetAsync(new Uri(path, UriKind.Relative), token);
                await EnsureJsonAsync(response, token);
                return await ReadAsync(response, read, token);
            },
            cancellationToken);

    private async Task PostAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await _retried.ExecuteAsync(
            async token =>
            {
                using var content = Json(body, type);
                using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, token);
                await EnsureSuccessAsync(response, token);
            },
            cancellationToken);

    // Not JsonContent: it sends chunked, and aiohttp behind some proxies wants a length.
    private static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        return content;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        try
        {
            using var document = PythonJson.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new ComfyUiException(response.StatusCode, $"{response.RequestMessage?.RequestUri?.AbsolutePath}: {e.Message}");
        }
    }

    private static bool IsJson(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType == MediaTypeNames.Application.Json;

    private static async Task EnsureJsonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await EnsureSuccessAsync(response, cancellationToken);
        if (!IsJson(response))
        {
            throw new ComfyUiException(
                response.StatusCode,
                $"{response.RequestMessage?.RequestUri?.AbsolutePath} answered {response.Content.Headers.ContentType?.MediaType ?? "nothing"} instead of JSON.");
        }
    }

    private static async Task EnsureSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var body = (await response.Content.ReadAsStringAsync(cancellationToken)).ReplaceLineEndings(" ");
        throw new ComfyUiException(
            response.StatusCode,
            $"{response.RequestMessage?.RequestUri?.AbsolutePath} answered {(int)response.StatusCode}: {body[..Math.Min(body.Length, 200)]}");
    }
}
