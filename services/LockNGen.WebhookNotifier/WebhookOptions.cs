using System.ComponentModel.DataAnnotations;

namespace LockNGen.WebhookNotifier;

/// <summary>How webhooks are delivered. Section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Webhooks";

    /// <summary>How many webhooks one owner may register, not counting those of single generations. Default 20.</summary>
    [Range(1, 10_000)]
    public int MaxPerOwner { get; set; } = 20;

    /// <summary>How long one attempt may take, from connecting to the end of the answer. Default 15 seconds, at most 25.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:25")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Concurrent attempts of one process; bounds its memory. Default 200.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrent { get; set; } = 200;

    /// <summary>
    /// Of these, attempts for one owner, so that one owner's dead receivers do not hold up others' deliveries; those without an owner count
    /// as one owner's. Default 50.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxConcurrentPerOwner { get; set; } = 50;

    /// <summary>
    /// Concurrent attempts to one destination (an owner's webhooks on one server), by all replicas together. Default 5; one
    /// while its last attempt failed.
    /// </summary>
    [Range(1, 1_000)]
    public int MaxConcurrentPerDestination { get; set; } = 5;

    /// <summary>How often the database is polled for due deliveries, when nothing else triggers it. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait before the second attempt; each further one doubles it. Default 4 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>The longest wait between two attempts. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a delivery is retried before it counts as failed. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>After how many failures in a row (no answer, or 5xx) a destination is paused. Default 5.</summary>
    [Range(1, 1_000)]
    public int CircuitThreshold { get; set; } = 5;

    /// <summary>The first pause; doubles with every failed probe. Default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan CircuitBreak { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest pause. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan MaxCircuitBreak { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the old secret still signs as well after a rotation, unless the request says otherwise. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long ended deliveries stay in the log and can be delivered again. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan KeepDeliveries { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long the webhook of a single generation is kept, from its registration: longer than any generation takes. Default 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan KeepGenerationWebhooks { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// From <c>ConnectionStrings__webhooks</c>, else the API's <c>ConnectionStrings__generations</c>; with SQLite, a separate file
    /// beside the API's, because a SQLite file has one writer.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// How long a claimed delivery belongs to its claimant. Longer than an attempt, so no one else sends it meanwhile; short, because
    /// after a crash it is how long the delivery waits.
    /// </summary>
    internal TimeSpan Lease => Timeout + TimeSpan.FromSeconds(5);
}
