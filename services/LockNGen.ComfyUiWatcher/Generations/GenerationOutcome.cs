using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>How an attempt ended, before the ledger has its say.</summary>
internal abstract record GenerationOutcome
{
    public sealed record Completed : GenerationOutcome;

    public sealed record Failed(GenerationError Error) : GenerationOutcome;

    public sealed record Cancelled(string Reason) : GenerationOutcome;

    /// <summary>Not an outcome of the generation: the render was lost, and the API may have it done again.</summary>
    public sealed record Lost(GenerationError Error) : GenerationOutcome;
}

/// <summary>Ends the work on an attempt early, with the outcome that it carries.</summary>
internal sealed class GenerationEndedException(GenerationOutcome outcome) : Exception
{
    public GenerationOutcome Outcome { get; } = outcome;
}
