namespace LockNGen.Hosting.Resilience;

/// <summary>
/// Exponential backoff with jitter: each wait is twice as long as the one before, up to a limit, and shortened by a random part of up to
/// half, so that callers that failed together do not retry together. The one way to wait before a retry: Polly, which repeats single calls and
/// limits their time, uses it too, because Polly cannot repeat reconnect loops, or deliveries whose next attempt is kept in a database,
/// and its own formula is not public.
/// </summary>
/// <param name="first">The wait after the first failure, before jitter.</param>
/// <param name="longest">The longest wait.</param>
/// <param name="random">The source of the jitter; the shared generator unless a test passes its own.</param>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Random? random = null)
{
    private readonly Random _random = random ?? Random.Shared;

    /// <summary>The wait after the given number of failures in a row, counted from 1.</summary>
    public TimeSpan DelayAfter(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var ticks = Math.Min(first.Ticks * Math.Pow(2, failures - 1), longest.Ticks);
        return TimeSpan.FromTicks((long)(ticks * (0.5 + (_random.NextDouble() / 2))));
    }

    /// <summary>The wait before a retry, counted from 0, in the form that Polly's <c>DelayGenerator</c> returns.</summary>
    public ValueTask<TimeSpan?> DelayBeforeRetry(int retry) => ValueTask.FromResult<TimeSpan?>(DelayAfter(retry + 1));
}
