using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Finds a socket that is open, answers pings, and gets nothing any more: ComfyUI forgets a client id when an older connection of it ends
/// (its issue 16010). Two signs: the queue differs from what the last <c>status</c> frame said and no frame corrects that by the next
/// look; or a prompt of ours runs in silence. Silence may be a slow node, but renewing the socket costs nothing.
/// </summary>
internal sealed class DeafnessDetector(TimeSpan silentAfter)
{
    private (long StatusFrames, int Remaining)? _mismatch;

    public bool IsDeaf(ComfyUiListener listener, QueueSnapshot queue, bool expectsEvents, DateTimeOffset now)
    {
        if (!listener.Connected)
        {
            _mismatch = null;
            return false;
        }

        if (expectsEvents && now - listener.LastHeardAt >= silentAfter)
            return true;

        var look = (listener.StatusFrames, queue.Remaining);
        var deaf = listener.QueueRemaining != queue.Remaining && _mismatch == look;
        _mismatch = listener.QueueRemaining != queue.Remaining ? look : null;
        return deaf;
    }
}
