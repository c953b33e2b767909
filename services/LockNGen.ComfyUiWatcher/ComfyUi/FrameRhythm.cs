namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>How regularly a socket reports on prompts: frames that come every half second are missed sooner than those that come every ten.</summary>
internal sealed class FrameRhythm
{
    /// <summary>A step is reported in up to three frames at once, so a pause is forgotten within a few steps.</summary>
    private const double Forgetting = 0.9;

    private DateTimeOffset? _lastAt;
    private long _pauseTicks;
    private long _words;

    /// <summary>How many frames reported on a prompt.</summary>
    public long Words => Volatile.Read(ref _words);

    /// <summary>The longest recent pause between two.</summary>
    public TimeSpan Pause => new(Volatile.Read(ref _pauseTicks));

    /// <summary>A frame reported on a prompt.</summary>
    public void Note(DateTimeOffset at)
    {
        if (_lastAt is { } last)
            Volatile.Write(ref _pauseTicks, Math.Max((at - last).Ticks, (long)(Pause.Ticks * Forgetting)));
        _lastAt = at;
        Interlocked.Increment(ref _words);
    }
}
