namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>How regularly a socket tells about prompts: what comes every half second is missed sooner than what comes every ten.</summary>
internal sealed class FrameRhythm
{
    /// <summary>A step is told in up to three frames at once, so a pause is forgotten within a few steps.</summary>
    private const double Forgetting = 0.9;

    private DateTimeOffset? _lastAt;
    private long _pauseTicks;
    private long _words;

    /// <summary>How many frames told about a prompt.</summary>
    public long Words => Volatile.Read(ref _words);

    /// <summary>The longest pause between two of late.</summary>
    public TimeSpan Pause => new(Volatile.Read(ref _pauseTicks));

    /// <summary>A frame told about a prompt.</summary>
    public void Note(DateTimeOffset at)
    {
        if (_lastAt is { } last)
            Volatile.Write(ref _pauseTicks, Math.Max((at - last).Ticks, (long)(Pause.Ticks * Forgetting)));
        _lastAt = at;
        Interlocked.Increment(ref _words);
    }
}
