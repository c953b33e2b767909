using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>When to try again: exponential, and spread by jitter so that what failed together does not come back together.</summary>
internal sealed class RetrySchedule(IOptions<WebhookOptions> options)
{
    /// <summary>
    /// The wait after the given number of failed attempts (from 1): between half and all of FirstRetry x 2^(failures - 1), at most MaxRetryDelay;
    /// longer if the receiver asks for it.
    /// </summary>
    public TimeSpan DelayAfter(int failures, TimeSpan? retryAfter = null)
    {
        var longest = options.Value.MaxRetryDelay;
        var delay = Jittered(Doubled(options.Value.FirstRetry, failures - 1, longest));
        return retryAfter > delay ? Min(retryAfter.Value, longest) : delay;
    }

    /// <summary>
    /// For how long a destination is left alone that failed so many times in a row; null while that is not often enough.
    /// </summary>
    public TimeSpan? BreakAfter(int failures) => failures < options.Value.CircuitThreshold
        ? null
        : Jittered(Doubled(options.Value.CircuitBreak, failures - options.Value.CircuitThreshold, options.Value.MaxCircuitBreak));

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan longest) =>
        TimeSpan.FromTicks((long)Math.Min(first.Ticks * Math.Pow(2, times), longest.Ticks));

    private static TimeSpan Jittered(TimeSpan delay) => delay * (0.5 + (Random.Shared.NextDouble() / 2));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
