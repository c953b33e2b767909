using System.ComponentModel.DataAnnotations;

namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>This watcher process. Section <c>Watcher</c>.</summary>
public sealed class WatcherOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Watcher";

    /// <summary>
    /// Names the process and its queue. Default: machine name and process id. A name that survives a restart (a pod of a stateful set) gets
    /// its instances back at once; two running watchers must never share one.
    /// </summary>
    [Required, RegularExpression("[A-Za-z0-9._-]{1,100}")]
    public string Name { get; set; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>Prefix for the addresses of previews, for example <c>https://pictures.example</c>. Default: none, addresses are relative.</summary>
    [Url]
    public string? PublicUrl { get; set; }

    /// <summary>Previews published per second and generation; the newest wins. Default 4; 0 publishes none.</summary>
    [Range(0, 20)]
    public int PreviewsPerSecond { get; set; } = 4;

    /// <summary>Larger previews are not published. Bytes, default 512 KiB.</summary>
    [Range(0, 16 << 20)]
    public int PreviewMaxBytes { get; set; } = 512 << 10;

    /// <summary>
    /// Progress events published per second and generation in the long run; the newest wins; up to half a second's worth may go out at once. Default 20.
    /// </summary>
    [Range(1, 100)]
    public int ProgressPerSecond { get; set; } = 20;

    /// <summary>
    /// How long after the newest progress of a generation it is published again unchanged, for gateways that have started meanwhile;
    /// all others ignore it. Default 2 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan RepeatProgressAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long storing a finished file is retried before the generation fails with <c>storage_failed</c>. Default 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromMinutes(15);
}
