using LockNGen.Hosting.Resilience;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>When to retry, and how long to pause a destination that keeps failing.</summary>
internal sealed class RetrySchedule(IOptions<WebhookOptions> options)
{
    private readonly Backoff _retry = new(options.Value.FirstRetry, options.Value.MaxRetryDelay);
    private readonly Backoff _break = new(options.Value.CircuitBreak, options.Value.MaxCircuitBreak);

    /// <summary>The wait after the given number of failed attempts (from 1); longer if the receiver asks for it.</summary>
    public TimeSpan DelayAfter(int failures, TimeSpan? retryAfter = null)
    {
        var delay = _retry.DelayAfter(failures);
        return retryAfter > delay ? Min(retryAfter.Value, options.Value.MaxRetryDelay) : delay;
    }

    /// <summary>
    /// How long to pause a destination after this many failures in a row; null if that is not often enough.
    /// </summary>
    public TimeSpan? BreakAfter(int failures) => failures < options.Value.CircuitThreshold
        ? null
        : _break.DelayAfter(failures - options.Value.CircuitThreshold + 1);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
