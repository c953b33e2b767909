using LockNGen.Hosting.Resilience;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Deadlines and retries of calls to ComfyUI.</summary>
internal static class ComfyUiResilience
{
    private static readonly Backoff Wait = new(TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(2));

    public static ResiliencePipeline Single(TimeSpan timeout) => new ResiliencePipelineBuilder().AddTimeout(timeout).Build();

    /// <summary>For calls that may be repeated: three more times within about three seconds.</summary>
    public static ResiliencePipeline Retried(TimeSpan timeout) => new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(IsTransient),
            MaxRetryAttempts = 3,
            DelayGenerator = retry => Wait.DelayBeforeRetry(retry.AttemptNumber),
        })
        .AddTimeout(timeout)
        .Build();

    /// <summary>The server is away, slow, or in trouble; the same call may work later.</summary>
    public static bool IsTransient(Exception exception) => exception
        is HttpRequestException or IOException or TimeoutRejectedException or ComfyUiException { Status: >= System.Net.HttpStatusCode.InternalServerError or System.Net.HttpStatusCode.TooManyRequests };

    /// <summary>Any failure of a call to ComfyUI, except cancellation.</summary>
    public static bool IsFailure(Exception exception) => exception is ComfyUiException || IsTransient(exception);
}
