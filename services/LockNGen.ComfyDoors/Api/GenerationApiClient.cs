using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LockNGen.ComfyDoors.Access;
using LockNGen.Hosting.Resilience;
using LockNGen.Web.Problems;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Api;

/// <summary>Calls the GenerationApi on behalf of a caller.</summary>
internal sealed class GenerationApiClient(IHttpClientFactory clients, IOptions<DoorOptions> options, TimeProvider clock)
{
    /// <summary>The name of its HTTP client.</summary>
    public const string Client = "generation-api";

    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    /// <summary>Reads JSON; waits for an API that is unavailable.</summary>
    /// <exception cref="ApiException">It refused, or did not become available in time.</exception>
    public async Task<T> GetAsync<T>(DoorCaller caller, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(caller, () => new HttpRequestMessage(HttpMethod.Get, path), mayRepeat: true, cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    /// <summary>Sends JSON, and reads the answer.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">The JSON.</param>
    /// <param name="type">The type of the answer.</param>
    /// <param name="mayRepeat">Whether to send it again if its answer was lost: the request is idempotent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="idempotencyKey">Header Idempotency-Key.</param>
    /// <exception cref="ApiException">It refused, or did not become available in time.</exception>
    public async Task<T> SendAsync<T>(
        DoorCaller caller, HttpMethod method, string path, byte[] body, JsonTypeInfo<T> type, bool mayRepeat, CancellationToken cancellationToken, string? idempotencyKey = null)
    {
        using var response = await SendAsync(
            caller,
            () =>
            {
                var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } } };
                if (idempotencyKey is not null)
                    request.Headers.Add("Idempotency-Key", idempotencyKey);
                return request;
            },
            mayRepeat,
            cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    /// <summary>Sends a request whose answer has no body.</summary>
    /// <exception cref="ApiException">It refused, or did not become available in time.</exception>
    public async Task PostAsync(DoorCaller caller, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            caller,
            () => new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } } },
            mayRepeat: true,
            cancellationToken);
    }

    /// <summary>Uploads a stream, which can be sent only once.</summary>
    /// <exception cref="ApiException">It refused, or did not answer.</exception>
    public async Task<Uploaded> UploadAsync(DoorCaller caller, Stream content, string fileName, CancellationToken cancellationToken)
    {
        using var form = new MultipartFormDataContent();
        var file = new StreamContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, "file", Uri.EscapeDataString(fileName));
        using var response = await SendAsync(caller, () => new HttpRequestMessage(HttpMethod.Post, "/api/uploads") { Content = form }, mayRepeat: false, cancellationToken);
        return await ReadAsync(response, ApiJson.Default.Uploaded, cancellationToken);
    }

    /// <summary>A file with its headers; the caller disposes of it. Statuses such as 304, 404 and 416 are returned unchanged.</summary>
    public Task<HttpResponseMessage> OpenAsync(DoorCaller caller, Func<HttpRequestMessage> request, CancellationToken cancellationToken) =>
        SendAsync(caller, request, mayRepeat: true, cancellationToken, anyStatus: true);

    private async Task<HttpResponseMessage> SendAsync(
        DoorCaller caller, Func<HttpRequestMessage> create, bool mayRepeat, CancellationToken cancellationToken, bool anyStatus = false)
    {
        var deadline = clock.GetUtcNow() + options.Value.ApiPatience;
        for (var failures = 1; ; failures++)
        {
            try
            {
                using var request = create();
                if (caller.Token is not null)
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", caller.Token);
                if (caller.Address is not null)
                    request.Headers.Add("X-Forwarded-For", caller.Address);
                var response = await clients.CreateClient(Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (response.IsSuccessStatusCode || (anyStatus && (int)response.StatusCode < 500))
                    return response;
                using (response)
                    throw await ProblemAsync(response, cancellationToken);
            }
            catch (ApiException e) when (e.Status == StatusCodes.Status503ServiceUnavailable && mayRepeat && clock.GetUtcNow() < deadline)
            {
                await Task.Delay(Retry.DelayAfter(failures), clock, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The forwarded body is too large: the client's error, not a failure of the API.
                if (e.InnerException is BadHttpRequestException invalid)
                    throw invalid;
                if (!mayRepeat || clock.GetUtcNow() >= deadline)
                    throw ApiException.Away(e.Message);
                await Task.Delay(Retry.DelayAfter(failures), clock, cancellationToken);
            }
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync(body, type, cancellationToken) ?? throw ApiException.Away("it answered null");
    }

    private static async Task<ApiException> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ApiProblem? problem = null;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            problem = await JsonSerializer.DeserializeAsync(body, ApiJson.Default.ApiProblem, cancellationToken);
        }
        catch (JsonException)
        {
            // Something in front of the API answered in its place; the status is enough.
        }

        // Programs take 503 for a server that is unavailable; a full queue is not, and asks them to wait.
        var status = problem?.Code == ProblemCodes.QueueFull ? StatusCodes.Status429TooManyRequests : (int)response.StatusCode;
        return new ApiException(status, problem ?? new ApiProblem(), response.Headers.RetryAfter?.Delta);
    }
}
