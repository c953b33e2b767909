using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Outcomes;

/// <summary>How an attempt ended, before the ledger decides.</summary>
internal abstract record GenerationOutcome
{
    /// <summary>The event to report, without its sequence; null when the generation has not ended.</summary>
    public abstract GenerationEvent? TerminalEvent(EndedAttempt attempt);

    public sealed record Completed : GenerationOutcome
    {
        public override GenerationEvent TerminalEvent(EndedAttempt attempt) => new GenerationCompleted
        {
            GenerationId = attempt.GenerationId,
            Sequence = 0,
            Timestamp = attempt.EndedAt,
            Data = new GenerationCompletedData { Images = attempt.Images, DurationSeconds = Math.Round(attempt.DurationSeconds, 3), Warnings = attempt.Warnings },
        };
    }

    public sealed record Failed(GenerationError Error) : GenerationOutcome
    {
        public override GenerationEvent TerminalEvent(EndedAttempt attempt) => new GenerationFailed
        {
            GenerationId = attempt.GenerationId,
            Sequence = 0,
            Timestamp = attempt.EndedAt,
            Data = new GenerationFailedData { Error = Error, Images = attempt.Images, Warnings = attempt.Warnings },
        };
    }

    public sealed record Cancelled(string Reason) : GenerationOutcome
    {
        public override GenerationEvent TerminalEvent(EndedAttempt attempt) => new GenerationCancelled
        {
            GenerationId = attempt.GenerationId,
            Sequence = 0,
            Timestamp = attempt.EndedAt,
            Data = new GenerationCancelledData { Reason = Reason, Images = attempt.Images, Warnings = attempt.Warnings },
        };
    }

    /// <summary>Not an outcome of the generation: the render was lost, and the API may have it repeated.</summary>
    /// <param name="Error">Becomes the error if no retry is left.</param>
    /// <param name="NotTaken">The server did not accept the work at all, which does not count as a retry.</param>
    public sealed record Lost(GenerationError Error, bool NotTaken = false) : GenerationOutcome
    {
        /// <summary>The server lacks something that the workflow names, and another one may have it.</summary>
        public bool WasRefused { get; init; }

        public override GenerationEvent? TerminalEvent(EndedAttempt attempt) => null;
    }
}

/// <summary>What every terminal event contains besides its reason.</summary>
internal sealed record EndedAttempt(
    Guid GenerationId, IReadOnlyList<GenerationImage> Images, IReadOnlyList<GenerationWarning> Warnings, double DurationSeconds, DateTimeOffset EndedAt);

/// <summary>Ends the work on an attempt early, with the outcome that it carries.</summary>
internal sealed class GenerationEndedException(GenerationOutcome outcome) : Exception
{
    public GenerationOutcome Outcome { get; } = outcome;

    /// <summary>What the prompt had produced before.</summary>
    public PromptOutputs? Outputs { get; init; }
}
