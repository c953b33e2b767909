using LockNGen.ComfyUiWatcher.Options;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>How much of a generation's progress is published.</summary>
internal sealed class PublishPolicy(WatcherOptions options)
{
    public TimeSpan ProgressSpacing { get; } = TimeSpan.FromSeconds(1.0 / options.ProgressPerSecond);

    /// <summary>How far progress may run ahead of its pace: bursts (node, step, preview) are still sent at once.</summary>
    public TimeSpan ProgressBurst { get; } = TimeSpan.FromSeconds(0.5);

    /// <summary>After this long a silence the newest progress is published again.</summary>
    public TimeSpan RepeatAfter { get; } = options.RepeatProgressAfter;

    public TimeSpan PreviewSpacing { get; } =
        options.PreviewsPerSecond == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(1.0 / options.PreviewsPerSecond);

    public int PreviewMaxBytes { get; } = options.PreviewsPerSecond == 0 ? -1 : options.PreviewMaxBytes;

    public string PreviewUrl(Guid generationId, long sequence) =>
        $"{options.PublicUrl?.TrimEnd('/')}/api/generations/{generationId}/preview?s={sequence}";
}
