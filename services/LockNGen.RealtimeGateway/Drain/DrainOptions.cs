using System.ComponentModel.DataAnnotations;

namespace LockNGen.RealtimeGateway.Drain;

/// <summary>How a replica shuts down. Section <c>Drain</c>.</summary>
public sealed class DrainOptions
{
    public const string Section = "Drain";

    /// <summary>Over how many seconds connections are closed after SIGTERM. Default 10; orchestrators must wait longer than that.</summary>
    [Range(0, 600)]
    public double Seconds { get; set; } = 10;
}
