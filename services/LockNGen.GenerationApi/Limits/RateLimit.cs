namespace LockNGen.GenerationApi.Limits;

/// <summary>At most so much within any period of this length.</summary>
/// <param name="Limit">How much.</param>
/// <param name="Window">How long.</param>
/// <param name="What">What is counted, for people: "images an hour".</param>
internal sealed record RateLimit(int Limit, TimeSpan Window, string What)
{
    /// <summary>The verdict on a request for <paramref name="wanted"/> more.</summary>
    /// <param name="wanted">At most <see cref="Limit"/>.</param>
    /// <param name="taken">What was taken before, oldest first.</param>
    /// <param name="now">The time.</param>
    public RateLimitResponse Answer(int wanted, IEnumerable<(DateTimeOffset At, int Amount)> taken, DateTimeOffset now)
    {
        var recent = taken.Where(t => t.At > now - Window).ToList();
        var used = recent.Sum(t => t.Amount);
        if (used + wanted <= Limit)
            return new RateLimitResponse(this, IsAllowed: true, Limit - used - wanted, recent is [var oldest, ..] ? oldest.At + Window - now : Window);

        // The time at which enough of the oldest have left the window.
        var left = used;
        var free = recent.First(t => (left -= t.Amount) + wanted <= Limit);
        return new RateLimitResponse(this, IsAllowed: false, Limit - used, free.At + Window - now);
    }
}

/// <summary>Whether a limit allows it.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="IsAllowed">Whether it does.</param>
/// <param name="Remaining">How much is left then.</param>
/// <param name="Reset">When there is more: if it is refused, enough for it.</param>
internal sealed record RateLimitResponse(RateLimit Limit, bool IsAllowed, int Remaining, TimeSpan Reset)
{
    /// <summary>Whole seconds, never too early.</summary>
    public long ResetSeconds => (long)Math.Ceiling(Reset.TotalSeconds);
}
