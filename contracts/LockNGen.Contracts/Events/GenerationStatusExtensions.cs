namespace LockNGen.Contracts;

/// <summary>Properties of a status.</summary>
public static class GenerationStatusExtensions
{
    /// <summary>Whether the generation has ended: nothing follows.</summary>
    public static bool IsTerminal(this GenerationStatus status) =>
        status is GenerationStatus.Completed or GenerationStatus.Failed or GenerationStatus.Cancelled;

    /// <summary>The status as written in JSON, addresses and databases: <c>running</c>.</summary>
    public static string WireName(this GenerationStatus status) => status.ToString().ToLowerInvariant();
}
