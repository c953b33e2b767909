using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Detects a socket that is open and answers pings, but no longer receives anything: ComfyUI forgets a client id when an older connection of it ends
/// (its issue 16010). There are two signs: the queue differs from the last <c>status</c> frame and no frame corrects that by the next
/// poll; or a prompt of ours runs in silence for longer than frames have been apart. Silence may be a slow node, but renewing the socket costs
/// nothing, so a margin of a tenth of the limit, at least a second, is enough; it doubles after each renewal that has brought nothing. If
/// images go through the socket, a renewal is expensive and comes later, unless a connection broke a short while ago, which is what makes sockets deaf.
/// Likewise, a server whose <c>status</c> differs from its queue even on a new connection counts differently, so its socket is renewed less and less often.
/// </summary>
/// <param name="silentAfter">The longest silence allowed.</param>
internal sealed class DeafnessDetector(TimeSpan silentAfter)
{
    private static readonly TimeSpan LeastDoubt = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Suspicion = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _firstDoubt = silentAfter / 10 > LeastDoubt ? silentAfter / 10 : LeastDoubt;
    private (long StatusFrames, int Remaining)? _mismatch;
    private DateTimeOffset _nextRecount;
    private int _recounts;
    private (DateTimeOffset? BrokenAt, long Words) _seen;
    private ExpectedFrames _expects;
    private int _renewals;

    /// <summary>Whether the next poll should come soon.</summary>
    public bool IsDoubtful { get; private set; }

    public bool IsDeaf(ListenerState listener, QueueSnapshot queue, ExpectedFrames expects, DateTimeOffset now)
    {
        _expects = expects;
        if (!listener.Connected)
        {
            _mismatch = null;
            IsDoubtful = false;
            return false;
        }

        if (_seen != (listener.BrokenAt, listener.Words))
            (_seen, _renewals) = ((listener.BrokenAt, listener.Words), 0);
        if (OverdueAt(listener, now) <= now)
        {
            _renewals++;
            return true;
        }

        var look = (listener.StatusFrames, queue.Remaining);
        var agrees = listener.QueueRemaining == queue.Remaining;
        if (agrees)
            (_recounts, _nextRecount) = (0, now);
        var deaf = !agrees && _mismatch == look && now >= _nextRecount;
        if (deaf)
            _nextRecount = now + Doubled(_recounts++);
        _mismatch = agrees ? null : look;
        IsDoubtful = _mismatch is not null && now >= _nextRecount;
        return deaf;
    }

    /// <summary>When a frame should have arrived, if what ran at the last poll is still running; null if none is expected.</summary>
    public DateTimeOffset? OverdueAt(ListenerState listener, DateTimeOffset now) =>
        listener.Connected && _expects != ExpectedFrames.None ? listener.LastHeardAt + Patience(listener, now) : null;

    private TimeSpan Patience(ListenerState listener, DateTimeOffset now)
    {
        if (_expects == ExpectedFrames.Irreplaceable && !(now - listener.BrokenAt < Suspicion))
            return silentAfter;
        var patience = listener.Pause + Doubled(_renewals);
        return patience < silentAfter ? patience : silentAfter;
    }

    private TimeSpan Doubled(int times) => _firstDoubt * Math.Pow(2, Math.Min(times, 10));
}

/// <summary>What a socket should be receiving now.</summary>
internal enum ExpectedFrames
{
    /// <summary>Nothing of ours runs.</summary>
    None,

    /// <summary>Progress, and what the history reports as well.</summary>
    Replaceable,

    /// <summary>Also images that are nowhere else.</summary>
    Irreplaceable,
}
