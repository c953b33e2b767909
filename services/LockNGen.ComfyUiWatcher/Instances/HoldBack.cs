using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Hosting.Resilience;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Keeps work from a server whose queue can be read but to which nothing can be submitted, because something in front of it refuses: longer each time, and until
/// it accepts something again.
/// </summary>
internal sealed class HoldBack(TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly Backoff Wait = new(TimeSpan.FromSeconds(4), Longest);

    private readonly Lock _gate = new();
    private int _refusals;
    private DateTimeOffset _until;
    private UnusableServerException? _last;

    /// <summary>Why nothing should be submitted now; null if something may be.</summary>
    public UnusableServerException? Reason
    {
        get
        {
            lock (_gate)
                return clock.GetUtcNow() < _until ? _last : null;
        }
    }

    public void Refused(UnusableServerException refusal)
    {
        lock (_gate)
        {
            var wait = Wait.DelayAfter(++_refusals);
            if (refusal.RetryAfter is { } asked && asked > wait)
                wait = asked < Longest ? asked : Longest;
            (_until, _last) = (clock.GetUtcNow() + wait, refusal);
        }
    }

    public void Taken()
    {
        lock (_gate)
            (_refusals, _until, _last) = (0, default, null);
    }
}
