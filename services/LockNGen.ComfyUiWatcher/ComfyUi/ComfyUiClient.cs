using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LockNGen.Contracts;
using LockNGen.Hosting;
using Polly;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// ComfyUI's HTTP calls. Every one has a deadline; those that change nothing are retried. An answer is read as JSON only if its type says that
/// it is: many errors are <c>text/plain</c> or empty.
/// </summary>
/// <param name="access">The way to the server.</param>
/// <param name="limits">How much of one answer is read, and kept.</param>
/// <param name="timeout">How long a small call may take.</param>
internal sealed class ComfyUiClient(ServerAccess access, ResponseLimits limits, TimeSpan timeout)
{
    private const int TransferFactor = 12;
    private const int NewestEntries = 20;

    private readonly ResiliencePipeline _single = ComfyUiResilience.Single(timeout);
    private readonly ResiliencePipeline _retried = ComfyUiResilience.Retried(timeout);
    private readonly ResiliencePipeline _transfer = ComfyUiResilience.Single(timeout * TransferFactor);
    private readonly ResiliencePipeline _retriedTransfer = ComfyUiResilience.Retried(timeout * TransferFactor);

    /// <summary>Not retried: callers poll again anyway.</summary>
    /// <exception cref="UnusableServerException">Something other than ComfyUI answers, or the answer is too large.</exception>
    public async Task<QueueSnapshot> GetQueueAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(_single, "queue", QueueSnapshot.Of, cancellationToken, JsonShape.Queue, exists: true);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            var words = e.InnerException?.Message ?? e.Message;
            var (code, problem) = e.HttpRequestError == HttpRequestError.ProxyTunnelError
                ? (InstanceReasonCodes.ProxyError, "the proxy does not let requests through")
                : (InstanceReasonCodes.TlsError, words.Contains("certificate", StringComparison.Ordinal) ? "TLS fails, see CaFile" : "TLS fails; is it at http:// perhaps?");
            throw new UnusableServerException(default, code, access.Mask($"{problem}: {words}"));
        }
    }

    /// <summary>Waiting and running prompts, without the workflows that <c>/queue</c> repeats each time; null if the server does not report them like this.</summary>
    public async Task<OpenJobs?> GetOpenJobsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(_single, OpenJobs.Path, OpenJobs.Of, cancellationToken, JsonShape.Jobs);
        }
        catch (ComfyUiException)
        {
            return null;
        }
    }

    /// <summary>Null while the prompt waits or runs, and if the server does not know it.</summary>
    public Task<PromptHistory?> GetHistoryAsync(string promptId, CancellationToken cancellationToken) =>
        GetAsync(
            _retried,
            "history/" + Uri.EscapeDataString(promptId),
            answer => answer.Child(promptId) is { } entry ? PromptHistory.Of(entry) : null,
            cancellationToken,
            JsonShape.History);

    /// <summary>The same from the jobs API; also null if the server has none.</summary>
    public async Task<PromptHistory?> GetJobAsync(string promptId, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(_retried, "api/jobs/" + Uri.EscapeDataString(promptId), PromptHistory.OfJob, cancellationToken);
        }
        catch (ComfyUiException e) when (e.Status < HttpStatusCode.InternalServerError)
        {
            return null;
        }
    }

    /// <summary>The prompts that ended last, in order.</summary>
    public Task<IReadOnlyList<(string PromptId, PromptHistory Entry)>> GetNewestHistoryAsync(CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<(string, PromptHistory)>>(
            _retried,
            string.Create(CultureInfo.InvariantCulture, $"history?max_items={NewestEntries}"),
            answer => [.. answer.EnumerateObject().Select(e => (e.Name, PromptHistory.Of(e.Value)))],
            cancellationToken,
            JsonShape.History);

    public Task<string?> GetVersionAsync(CancellationToken cancellationToken) =>
        GetAsync(_single, "system_stats", answer => answer.Child("system")?.Text("comfyui_version"), cancellationToken);

    /// <summary>The recent output of the server.</summary>
    public Task<ServerLog> GetLogAsync(CancellationToken cancellationToken) =>
        GetAsync(_single, "internal/logs/raw", ServerLog.Of, cancellationToken);

    /// <summary>The answer of <c>/object_info</c>: megabytes on servers with many models and custom nodes.</summary>
    public async Task<byte[]> GetObjectInfoAsync(CancellationToken cancellationToken) =>
        await _retriedTransfer.ExecuteAsync(
            async token =>
            {
                using var response = await SendAsync(HttpMethod.Get, "object_info", content: null, token);
                var beginning = await EnsureJsonAsync(response, token);
                return (await ReadAsync(response, beginning, JsonShape.All, limits.MaxCatalogBytes, token)).ToArray();
            },
            cancellationToken);

    /// <summary>The answer of <c>/node_replacements</c>; null from servers that do not know it, or replace nothing.</summary>
    public async Task<byte[]?> GetNodeReplacementsAsync(CancellationToken cancellationToken) =>
        await _single.ExecuteAsync(
            async token =>
            {
                using var response = await SendAsync(HttpMethod.Get, "node_replacements", content: null, token);
                if (!response.IsSuccessStatusCode)
                    return null;
                var beginning = await JsonBeginningAsync(response, token);
                if (!IsJson(response, beginning))
                    return null;
                var replacements = (await ReadAsync(response, beginning, JsonShape.All, limits.MaxCatalogBytes, token)).ToArray();
                return replacements.AsSpan().Trim(" \r\n\t"u8).SequenceEqual("{}"u8) ? null : replacements;
            },
            cancellationToken);

    /// <summary>Submits a prompt. Never retried here: after a lost answer it must first be looked for.</summary>
    /// <exception cref="PromptRejectedException">ComfyUI refused the workflow.</exception>
    /// <exception cref="UnusableServerException">It was not ComfyUI that answered.</exception>
    public async Task<PromptReply> SubmitAsync(PromptRequest prompt, CancellationToken cancellationToken) =>
        await _transfer.ExecuteAsync(
            async token =>
            {
                using var content = Json(prompt, ComfyUiJson.Default.PromptRequest);
                using var response = await SendAsync(HttpMethod.Post, "prompt", content, token);
                var refused = response.StatusCode == HttpStatusCode.BadRequest;
                var beginning = await EnsureJsonAsync(response, token, exists: true, orRefusal: true);
                var answer = await ReadAsync(response, beginning, PromptReply.Of, token);
                if (refused && answer.IsRefusal)
                    throw new PromptRejectedException(answer.Rejection);
                return !refused && answer.PromptId is not null
                    ? answer
                    : throw ForeignResponse.Of(response, "", CallOf(response), access);
            },
            cancellationToken);

    /// <summary>Removes a waiting prompt; nothing happens when it is running or unknown.</summary>
    public Task DeleteQueuedAsync(string promptId, CancellationToken cancellationToken) =>
        PostAsync("queue", new QueueDeletion([promptId]), ComfyUiJson.Default.QueueDeletion, cancellationToken);

    /// <summary>Interrupts a prompt if it is the one that runs. It acts between nodes and at progress updates, and may have no effect.</summary>
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
                var response = await SendAsync(HttpMethod.Get, file.Address, content: null, token);
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
    /// it, with its folder: ComfyUI renames it if another file has the name.
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
                using var response = await SendAsync(HttpMethod.Post, "upload/image", form, token);
                var beginning = await EnsureJsonAsync(response, token);
                return await ReadAsync(
                    response,
                    beginning,
                    answer => answer.Text("subfolder") is { Length: > 0 } folder ? $"{folder}/{answer.Text("name")}" : answer.Text("name") ?? name,
                    token);
            },
            cancellationToken);

    private async Task<T> GetAsync<T>(
        ResiliencePipeline pipeline,
        string path,
        Func<JsonElement, T> read,
        CancellationToken cancellationToken,
        JsonShape? shape = null,
        bool exists = false) =>
        await pipeline.ExecuteAsync(
            async token =>
            {
                using var response = await SendAsync(HttpMethod.Get, path, content: null, token);
                var beginning = await EnsureJsonAsync(response, token, exists);
                return await ReadAsync(response, beginning, read, token, shape);
            },
            cancellationToken);

    private async Task PostAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await _retried.ExecuteAsync(
            async token =>
            {
                using var content = Json(body, type);
                using var response = await SendAsync(HttpMethod.Post, path, content, token);
                await EnsureSuccessAsync(response, token);
            },
            cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        // Bodies are read as a stream: their length is unknown.
        return await access.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    // Not JsonContent: it sends chunked, and aiohttp behind some proxies requires a length.
    private static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        return content;
    }

    private async Task<T> ReadAsync<T>(
        HttpResponseMessage response, ResponseText beginning, Func<JsonElement, T> read, CancellationToken cancellationToken, JsonShape? shape = null)
    {
        try
        {
            using var document = JsonDocument.Parse(await ReadAsync(response, beginning, shape ?? JsonShape.All, limits.MaxKeptBytes, cancellationToken));
            return read(document.RootElement);
        }
        catch (InvalidDataException e)
        {
            throw new UnusableServerException(
                response.StatusCode, InstanceReasonCodes.AnswerTooLarge, $"the answer to {CallOf(response)} is too large: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new ComfyUiException(response.StatusCode, access.Mask($"The answer to {CallOf(response)} cannot be read: {e.Message}"));
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpResponseMessage response, ResponseText beginning, JsonShape shape, int maxKept, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await PythonJson.ReadAsync(beginning.Beginning, body, shape, limits.MaxAnswerBytes, maxKept, cancellationToken);
    }

    /// <summary>The part of an answer read to find out whether it is JSON: nothing if its type says so.</summary>
    private static async Task<ResponseText> JsonBeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        ResponseText.SaysJson(response) ? default : await ResponseText.ReadAsync(response, cancellationToken);

    private static bool IsJson(HttpResponseMessage response, ResponseText beginning) => ResponseText.SaysJson(response) || beginning.LooksLikeJson;

    private async Task<ResponseText> EnsureJsonAsync(
        HttpResponseMessage response, CancellationToken cancellationToken, bool exists = false, bool orRefusal = false)
    {
        if (!orRefusal || response.StatusCode != HttpStatusCode.BadRequest)
            await EnsureSuccessAsync(response, cancellationToken, exists);
        var beginning = await JsonBeginningAsync(response, cancellationToken);
        return IsJson(response, beginning)
            ? beginning
            : throw ForeignResponse.Of(response, beginning.ToString(), CallOf(response), access);
    }

    private async Task EnsureSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken, bool exists = false)
    {
        if (response.IsSuccessStatusCode)
            return;
        var beginning = (await ResponseText.ReadAsync(response, cancellationToken)).ToString();
        if (ForeignResponse.IsForeign(response, beginning, exists))
            throw ForeignResponse.Of(response, beginning, CallOf(response), access);
        var text = access.Mask(beginning.ReplaceLineEndings(" "));
        throw new ComfyUiException(
            response.StatusCode, $"{CallOf(response)} was answered {(int)response.StatusCode}: {text.Truncate(200)}");
    }

    private string CallOf(HttpResponseMessage response)
    {
        var request = response.RequestMessage!;
        return $"{request.Method} /{access.Server.MakeRelativeUri(new Uri(request.RequestUri!.GetLeftPart(UriPartial.Path)))}";
    }
}

/// <summary>How much of one answer is read, and how much of that is kept. Bytes.</summary>
internal sealed record ResponseLimits(int MaxAnswerBytes, int MaxKeptBytes, int MaxCatalogBytes);
