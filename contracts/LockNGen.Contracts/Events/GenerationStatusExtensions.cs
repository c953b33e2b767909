namespace LockNGen.Contracts;

/// <summary>What a status means.</summary>
public static class GenerationStatusExtensions
{
    /// <summary>Whether the generation has ended: nothing follows.</summary>
    public static bool IsTerminal(this GenerationStatus status) =>
        status is GenerationStatus.Completed or GenerationStatus.Failed or GenerationStatus.Cancelled;
}
