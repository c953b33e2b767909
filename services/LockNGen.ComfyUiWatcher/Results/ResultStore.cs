using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LockNGen.ComfyUiWatcher.Generations;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>The API's side of files: where inputs come from and results go to, with the token of the attempt.</summary>
internal sealed partial class ResultStore(IHttpClientFactory http, IOptions<WatcherOptions> options, ILogger<ResultStore> logger)
{
    /// <summary>The name of the HTTP client for the API.</summary>
    public const string HttpClient = "generation-api";

    private static readonly TimeSpan TransferTimeout = TimeSpan.FromMinutes(2);

    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder()
        .AddTimeout(options.Value.UploadTimeout)
        .AddRetry(new RetryStrategyOptions
        {
            // The API may be away for a while; until the time is up there is no reason to lose a finished picture.
            ShouldHandle = new PredicateBuilder().Handle<Exception>(e => e is TimeoutRejectedException or IOException
                || (e is HttpRequestException h && h.StatusCode is null or >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests)),
            MaxRetryAttempts = int.MaxValue,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(10),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            OnRetry = retry =>
            {
                if (retry.AttemptNumber == 0)
                    Log(logger, retry.Outcome.Exception?.Message);
                return default;
            },
        })
        .AddTimeout(TransferTimeout)
        .Build();

    /// <summary>Stores a file; storing it again is harmless.</summary>
    /// <param name="work">The claim that says where.</param>
    /// <param name="prompt">The prompt that made it.</param>
    /// <param name="file">Which of its files, from 1.</param>
    /// <param name="files">How many it made.</param>
    /// <param name="open">Opens the file, from its beginning, for each try.</param>
    /// <param name="cancellationToken">Ends the tries.</param>
    /// <exception cref="StaleAttemptException">The generation is not ours any more.</exception>
    /// <exception cref="GenerationEndedException">It could not be stored.</exception>
    public async Task<GenerationImage> PutAsync(
        GenerationWork work, PromptPlan prompt, int file, int files, Func<CancellationToken, Task<FinishedFile>> open, CancellationToken cancellationToken)
    {
        var address = $"{work.UploadUrl.TrimEnd('/')}/{prompt.ImageIndex}/{file}?files={files}";
        if (prompt.Seed is { } seed)
            address += $"&seed={seed}";
        return await CallAsync(
            async (client, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = await open(token) };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", work.UploadToken);
                // Whoever does not want the file says so before it comes.
                request.Headers.ExpectContinue = true;
                using var response = await client.SendAsync(request, token);
                EnsureAccepted(response);
                await using var body = await response.Content.ReadAsStreamAsync(token);
                return await JsonSerializer.DeserializeAsync(body, ContractsJson.Default.GenerationImage, token)
                    ?? throw new JsonException("The API answered an upload with null.");
            },
            "A finished image could not be stored",
            cancellationToken);
    }

    /// <summary>Reads a file that the workflow needs.</summary>
    /// <exception cref="StaleAttemptException">The generation is not ours any more.</exception>
    /// <exception cref="GenerationEndedException">It could not be read.</exception>
    public Task<byte[]> GetAsync(GenerationWork work, InputFile file, CancellationToken cancellationToken) =>
        CallAsync(
            async (client, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", work.UploadToken);
                using var response = await client.SendAsync(request, token);
                EnsureAccepted(response);
                return await response.Content.ReadAsByteArrayAsync(token);
            },
            $"The input file '{file.Name}' could not be read",
            cancellationToken);

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

    [LoggerMessage(LogLevel.Warning, "The API does not take or give files, trying on: {Reason}")]
    private static partial void Log(ILogger logger, string? reason);
}
