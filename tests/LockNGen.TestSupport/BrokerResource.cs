namespace LockNGen.TestSupport;

/// <summary>What a broker can run out of.</summary>
public enum BrokerResource
{
    /// <summary>Memory.</summary>
    Memory,

    /// <summary>Disk space.</summary>
    Disk,
}
