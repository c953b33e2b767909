using System.Data.Common;
using LockNGen.Hosting.Resilience;
using Npgsql;
using Polly;
using Polly.Retry;

namespace LockNGen.WebhookNotifier.Storage;

/// <summary>
/// For work that cannot be dropped: retries for as long as the database is unavailable. Moving messages to an error queue instead would
/// empty the event queue in seconds, and someone would have to move them back.
/// </summary>
internal sealed partial class RetryingDatabase
{
    private static readonly Backoff Wait = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    private readonly ResiliencePipeline _pipeline;
    private readonly ILogger<RetryingDatabase> _logger;

    public RetryingDatabase(TimeProvider clock, ILogger<RetryingDatabase> logger)
    {
        _logger = logger;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<DbException>(e => !IsAboutTheData(e)).Handle<TimeoutException>(),
                MaxRetryAttempts = int.MaxValue,
                DelayGenerator = retry => Wait.DelayBeforeRetry(retry.AttemptNumber),
                OnRetry = retry =>
                {
                    LogUnavailable(retry.Outcome.Exception!.Message);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(async token => await work(token), cancellationToken);

    /// <summary>Data exceptions and broken constraints (SQLSTATE classes 22 and 23) stay what they are: that message is for the error queue.</summary>
    private static bool IsAboutTheData(DbException error) => error is PostgresException { SqlState: ['2', '2' or '3', ..] };

    [LoggerMessage(LogLevel.Error, "The database does not answer, so events wait in the queue: {Reason}")]
    private partial void LogUnavailable(string reason);
}
