namespace LockNGen.Contracts;

/// <summary>The wire names of the events; each is also the name of its durable fanout exchange.</summary>
public static class GenerationEventTypes
{
    /// <summary><see cref="GenerationQueued"/>.</summary>
    public const string Queued = "generation.queued";

    /// <summary><see cref="GenerationStarted"/>.</summary>
    public const string Started = "generation.started";

    /// <summary><see cref="GenerationNodeExecuting"/>.</summary>
    public const string Node = "generation.node";

    /// <summary><see cref="GenerationProgressed"/>.</summary>
    public const string Progress = "generation.progress";

    /// <summary><see cref="GenerationPreviewed"/>.</summary>
    public const string Preview = "generation.preview";

    /// <summary><see cref="GenerationCustom"/>.</summary>
    public const string Custom = "generation.custom";

    /// <summary><see cref="GenerationImageCompleted"/>.</summary>
    public const string Image = "generation.image";

    /// <summary><see cref="GenerationCompleted"/>.</summary>
    public const string Completed = "generation.completed";

    /// <summary><see cref="GenerationFailed"/>.</summary>
    public const string Failed = "generation.failed";

    /// <summary><see cref="GenerationCancelled"/>.</summary>
    public const string Cancelled = "generation.cancelled";

    /// <summary><see cref="GenerationSnapshot"/>: gateway to client only, never on the broker.</summary>
    public const string Snapshot = "generation.snapshot";

    /// <summary>All types that travel on the broker, in the order in which they occur.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Queued, Started, Node, Progress, Preview, Custom, Image, Completed, Failed, Cancelled];

    /// <summary>The types that are not progress: the event stream keeps them, and no reader may miss one unannounced.</summary>
    public static IReadOnlyList<string> State { get; } = [.. All.Where(t => !IsProgress(t))];

    /// <summary>Whether an event of this type ends its generation.</summary>
    public static bool IsTerminal(string type) => type is Completed or Failed or Cancelled;

    /// <summary>
    /// Whether a newer event of the same type and generation may supersede one of this type for a slow reader.
    /// <c>generation.queued</c> counts as progress except for the first one of a generation, which can be recognized by its sequence
    /// (attempt 0, n 1).
    /// </summary>
    public static bool IsProgress(string type) => type is Node or Progress or Preview or Custom;
}
