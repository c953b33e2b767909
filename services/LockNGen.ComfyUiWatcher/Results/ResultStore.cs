using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>The API's side of files: where inputs come from and results go to, with the token of the attempt.</summary>
internal sealed partial class ResultStore(IHttpClientFactory http, IOptions<WatcherOptions> options, IOptions<ComfyUiOptions> comfyUiOptions, ILogger<ResultStore> logger)
{
    /// <summary>The name of the HTTP client for the API.</summary>
    public const string HttpClient = "generation-api";

    private static readonly TimeSpan TransferTimeout = TimeSpan.FromMinutes(2);
    private static readonly Backoff Wait = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));

    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder()
        .AddTimeout(options.Value.UploadTimeout)
        .AddRetry(new RetryStrategyOptions
        {
            // The API may be unavailable for a while; until the timeout there is no reason to lose a finished picture.
            ShouldHandle = new PredicateBuilder().Handle<Exception>(e => e is TimeoutRejectedException or IOException
                || (e is HttpRequestException h && h.StatusCode is null or >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests)),
            MaxRetryAttempts = int.MaxValue,
            DelayGenerator = retry => Wait.DelayBeforeRetry(retry.AttemptNumber),
            OnRetry = retry =>
            {
                if (retry.AttemptNumber == 0)
                    Log(logger, retry.Outcome.Exception?.Message);
                return default;
            },
        })
        .AddTimeout(TransferTimeout)
        .Build();

    /// <summary>Stores a result; storing it again is harmless.</summary>
    /// <param name="work">The claim that says where.</param>
    /// <param name="place">Which result of which prompt it is.</param>
    /// <param name="result">The result.</param>
    /// <param name="comfyUi">Has its bytes; they are read from their beginning for each try.</param>
    /// <param name="cancellationToken">Ends the tries.</param>
    /// <exception cref="FileProblemException">It cannot be fetched, or is not accepted, and never will be.</exception>
    /// <exception cref="StaleAttemptException">The generation is not ours any more.</exception>
    /// <exception cref="GenerationEndedException">It could not be stored, or ComfyUI is unavailable.</exception>
    public async Task<(GenerationImage Image, bool HasMetadata)> PutAsync(
        GenerationWork work, ResultPlace place, PromptResult result, ComfyUiClient comfyUi, CancellationToken cancellationToken)
    {
        var address = $"{work.UploadUrl.TrimEnd('/')}/{place.Prompt.ImageIndex}/{place.File}?files={place.Files}";
        if (place.Prompt.Seed is { } seed)
            address += $"&seed={seed}";
        address += ResultName.Query(result);
        var reading = new ResultSource(result.Result, comfyUi, work.MaxFileBytes ?? long.MaxValue, comfyUiOptions.Value.KeepMetadata);
        var image = await CallAsync(
            (client, token) => reading.ReadAsync(content => PutAsync(client, address, work.UploadToken, content, token), token),
            $"{ResultName.Of(result)} could not be stored",
            cancellationToken);
        return (image, reading.HasMetadata);
    }

    /// <summary>Opens a file that the workflow needs. Its bytes come while they are read.</summary>
    /// <exception cref="StaleAttemptException">The generation is not ours any more.</exception>
    /// <exception cref="GenerationEndedException">It could not be read.</exception>
    public Task<StreamContent> OpenAsync(GenerationWork work, InputFile file, CancellationToken cancellationToken) =>
        CallAsync(
            async (client, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", work.UploadToken);
                var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                try
                {
                    EnsureAccepted(response);
                    // Disposing it ends the response too.
                    var content = new StreamContent(await response.Content.ReadAsStreamAsync(token));
                    content.Headers.ContentLength = response.Content.Headers.ContentLength;
                    return content;
                }
                catch
                {
                    response.Dispose();
                    throw;
                }
            },
            $"The input file '{file.Name}' could not be read",
            cancellationToken);

    private static async Task<GenerationImage> PutAsync(
        HttpClient client, string address, string uploadToken, HttpContent content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", uploadToken);
        // An API that does not want the file can say so before it is sent.
        request.Headers.ExpectContinue = true;
        using var response = await client.SendAsync(request, cancellationToken);
        // A refusal of this file stays one.
        if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge)
            throw new FileProblemException("is too large to be stored");
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity)
            throw new FileProblemException($"was refused by the API (HTTP {(int)response.StatusCode})");
        EnsureAccepted(response);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync(body, ContractsJson.Default.GenerationImage, cancellationToken)
            ?? throw new JsonException("The API answered an upload with null.");
    }

    private async Task<T> CallAsync<T>(
        Func<HttpClient, CancellationToken, Task<T>> call, string failure, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await call(http.CreateClient(HttpClient), token), cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException or IOException or JsonException)
        {
            var reason = e is HttpRequestException { StatusCode: { } status } ? $"the API answered {(int)status}" : "the API did not answer";
            throw new GenerationEndedException(new GenerationOutcome.Failed(
                GenerationErrors.Error(GenerationErrorCodes.StorageFailed, $"{failure}: {reason}.", retryable: true)));
        }
    }

    private static void EnsureAccepted(HttpResponseMessage response)
    {
        if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.Forbidden)
            throw new StaleAttemptException();
        response.EnsureSuccessStatusCode();
    }

    [LoggerMessage(LogLevel.Warning, "The API does not accept or serve files, retrying: {Reason}")]
    private static partial void Log(ILogger logger, string? reason);
}

/// <summary>Which of how many results of a prompt, from 1.</summary>
internal sealed record ResultPlace(PromptPlan Prompt, int File, int Files);
