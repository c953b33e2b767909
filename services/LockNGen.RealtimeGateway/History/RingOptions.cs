using System.ComponentModel.DataAnnotations;

namespace LockNGen.RealtimeGateway.History;

/// <summary>What a replica keeps of each generation. Section <c>Rings</c>.</summary>
public sealed class RingOptions
{
    public const string Section = "Rings";

    /// <summary>Events kept per generation, 1 to 100,000. Default 256: a client that missed more gets a gap and a snapshot.</summary>
    [Range(1, 100_000)]
    public int Events { get; set; } = 256;

    /// <summary>How long after its end a generation is kept. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AfterEnd { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a generation that has not ended is kept without a new event and without a watcher. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan Idle { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Bytes that all rings and previews together may hold. Default 256 MiB, at least 1 MiB; the longest ended are discarded first.</summary>
    [Range(1L << 20, 1L << 40)]
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>How long missing events are looked for in the stream before they are reported as lost. Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan RepairTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
