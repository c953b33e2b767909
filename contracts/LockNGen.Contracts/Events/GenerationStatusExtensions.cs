namespace LockNGen.Contracts;

/// <summary>What a status means.</summary>
public static class GenerationStatusExtensions
{
    /// <summary>Whether the generation has ended: nothing follows.</summary>
    public static bool IsTerminal(this GenerationStatus status) =>
        status is GenerationStatus.Completed or GenerationStatus.Failed or GenerationStatus.Cancelled;

    /// <summary>The status as JSON, addresses and databases spell it: <c>running</c>.</summary>
    public static string WireName(this GenerationStatus status) => status.ToString().ToLowerInvariant();
}
