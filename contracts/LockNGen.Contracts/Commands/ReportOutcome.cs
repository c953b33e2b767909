using System.Text.Json;

namespace LockNGen.Contracts;

/// <summary>
/// Watcher to GenerationApi (request): how this attempt ended. Sent after every earlier event of the attempt is confirmed, with the
/// terminal event exactly as it would be published. Answered by <see cref="OutcomeDecision"/>; idempotent.
/// </summary>
public sealed record ReportOutcome
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The attempt that ended.</summary>
    public required int Attempt { get; init; }

    /// <summary>The watcher that reports it.</summary>
    public required string Watcher { get; init; }

    /// <summary>
    /// The terminal event. Null returns the work instead: the render was lost (ComfyUI died or forgot it)
    /// and should be tried elsewhere, which counts as a retry.
    /// </summary>
    public JsonElement? Event { get; init; }

    /// <summary>When <see cref="Event"/> is null: what happened; it becomes the error if no retry is left.</summary>
    public GenerationError? Lost { get; init; }

    /// <summary>
    /// When <see cref="Event"/> is null: nothing was lost, but the instance lacks a node class or a choice (a model, a sampler) that its
    /// catalog lists, or that others may have. If no other instance can render it, <see cref="Lost"/> becomes the error at once.
    /// </summary>
    public bool Refused { get; init; }

    /// <summary>How many seconds ComfyUI rendered it in this attempt; absent if it was never started, and from older watchers.</summary>
    public double? RenderSeconds { get; init; }

    /// <summary>When <see cref="Event"/> is null: the instance did not accept the work at all, so this does not count as a retry.</summary>
    public bool NotTaken { get; init; }
}
