using System.ComponentModel.DataAnnotations;

namespace LockNGen.GenerationApi.Queue;

/// <summary>How the queue behaves. Section <c>Queue</c>.</summary>
public sealed class QueueOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Queue";

    /// <summary>How many generations may wait; more are refused with 503. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxDepth { get; set; } = 10_000;

    /// <summary>How long a watcher owns its instances after its last heartbeat, and its generations after it last listed them. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a dispatched generation may stay unclaimed before it is dispatched again. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan ClaimTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a generation whose watcher was lost waits for another watcher of its instance, where its render may still be; then any
    /// instance renders it. Default 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan AdoptionTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an instance that has just lost a generation is not offered it again while another one could render it but is busy. Default
    /// 2 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan LostInstancePause { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the queue is swept for silent work, and positions are announced. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.020", "00:00:10")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many times a lost render is retried. Default 3.</summary>
    [Range(0, 100)]
    public int MaxRetries { get; set; } = 3;

    /// <summary>
    /// How many times in a row a generation is dispatched to healthy watchers that never claim it, before it is given up. Default 20.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxClaims { get; set; } = 20;

    /// <summary>How long the watcher may take to carry out a cancellation or deadline before the API ends the generation itself. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan CancelTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an outcome may take to come back from the broker before the API publishes it. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan OutcomeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a generation without <c>timeoutSeconds</c> may render without reporting progress; while it does report, only
    /// <see cref="HardTimeoutSeconds"/> ends it. Default 600.
    /// </summary>
    [Range(1, MaxTimeoutSeconds)]
    public int DefaultTimeoutSeconds { get; set; } = 600;

    /// <summary>How long a generation without <c>timeoutSeconds</c> may render even if it reports progress. Default 86,400 (a day).</summary>
    [Range(1, MaxTimeoutSeconds)]
    public int HardTimeoutSeconds { get; set; } = 86_400;

    /// <summary>The default <c>queueTimeoutSeconds</c>: how long a generation may wait. Default 86,400 (a day).</summary>
    [Range(1, MaxTimeoutSeconds)]
    public int DefaultQueueTimeoutSeconds { get; set; } = 86_400;

    /// <summary>The largest value of both that a submission may ask for, in seconds: 7 days.</summary>
    public const int MaxTimeoutSeconds = 7 * 86_400;

    /// <summary>Expected seconds of a prompt until durations have been measured. Default 10.</summary>
    [Range(0.01, 86_400)]
    public double InitialEstimateSeconds { get; set; } = 10;
}
