namespace LockNGen.Hosting.Resilience;

/// <summary>
/// Exponential backoff with jitter: each wait is twice as long as the one before, up to a limit, and shortened by a random part of up to
/// half, so that what failed together does not come back together. The one way to wait before another try: Polly, which repeats single calls and
/// limits their time, asks it too, because loops that reconnect and deliveries whose next try is in a database are no calls that Polly could
/// repeat, and its own formula is not for others to use.
/// </summary>
/// <param name="first">The wait after the first failure, before jitter.</param>
/// <param name="longest">No wait is longer.</param>
/// <param name="random">Where the jitter comes from; the shared generator unless a test gives its own.</param>
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
}
