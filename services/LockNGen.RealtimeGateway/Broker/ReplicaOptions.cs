using System.ComponentModel.DataAnnotations;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>How this replica receives events from the broker. Section <c>Replica</c>.</summary>
public sealed class ReplicaOptions
{
    public const string Section = "Replica";

    /// <summary>Unique among the replicas; part of its queue's name. Default: host name and a random suffix, new at every start.</summary>
    [Required, RegularExpression("[A-Za-z0-9._-]{1,100}", ErrorMessage = "Replica:Name must be 1 to 100 letters, digits, '.', '_' or '-'.")]
    public string Name { get; set; } = $"{Environment.MachineName}-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>
    /// Bytes that the queue may hold; beyond it the oldest are dropped, so that a frozen replica cannot fill the broker. What it misses is recovered from the
    /// stream. Default 64 MiB.
    /// </summary>
    [Range(1L << 16, 1L << 40)]
    public long QueueMaxBytes { get; set; } = 64L << 20;

    /// <summary>Unacknowledged deliveries at a time. Default 2,000.</summary>
    [Range(1, 65_535)]
    public int Prefetch { get; set; } = 2_000;

    /// <summary>How far back the rings are filled from the stream at startup. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan WarmUpWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the replica sends itself a message to prove that it receives. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan CanaryInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long that message may take before the replica counts as deaf and reconnects. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan CanaryTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
