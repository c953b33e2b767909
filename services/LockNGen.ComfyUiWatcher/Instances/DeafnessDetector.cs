using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Finds a socket that is open, answers pings, and gets nothing any more: ComfyUI forgets a client id when an older connection of it ends
/// (its issue 16010). Two signs: the queue differs from what the last <c>status</c> frame said and no frame corrects that by the next
/// look; or a prompt of ours runs in silence. Silence may be a slow node, but renewing the socket costs nothing. For a while after a
/// connection broke, which is what makes a socket deaf, little silence is enough, twice as much after each renewal.
/// </summary>
internal sealed class DeafnessDetector(TimeSpan silentAfter)
{
    private static readonly TimeSpan FirstDoubt = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Suspicion = TimeSpan.FromMinutes(1);

    private (long StatusFrames, int Remaining)? _mismatch;
    private DateTimeOffset? _brokenAt;
    private int _renewals;

    /// <summary>Whether the next look should come soon.</summary>
    public bool IsDoubtful { get; private set; }

    public bool IsDeaf(ListenerState listener, QueueSnapshot queue, bool expectsEvents, DateTimeOffset now)
    {
        if (!listener.Connected)
        {
            _mismatch = null;
            IsDoubtful = false;
            return false;
        }

        if (_brokenAt != listener.BrokenAt)
            (_brokenAt, _renewals) = (listener.BrokenAt, 0);
        var isSuspected = expectsEvents && now - listener.BrokenAt < Suspicion;
        if (expectsEvents && now - listener.LastHeardAt >= (isSuspected ? Patience() : silentAfter))
        {
            _renewals++;
            return true;
        }

        var look = (listener.StatusFrames, queue.Remaining);
        var deaf = listener.QueueRemaining != queue.Remaining && _mismatch == look;
        _mismatch = listener.QueueRemaining != queue.Remaining ? look : null;
        IsDoubtful = isSuspected || _mismatch is not null;
        return deaf;
    }

    private TimeSpan Patience()
    {
        var patience = FirstDoubt * Math.Pow(2, Math.Min(_renewals, 10));
        return patience < silentAfter ? patience : silentAfter;
    }
}
