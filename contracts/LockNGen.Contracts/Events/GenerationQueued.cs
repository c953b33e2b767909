using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// Published by the GenerationApi when a generation is accepted (state: never dropped) and again when its place in the queue changes or work
/// comes back from a lost attempt (then progress: at most one a second, the newest wins). Published by the watcher while it waits in ComfyUI behind others.
/// </summary>
public sealed record GenerationQueued : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Queued;

    /// <inheritdoc cref="GenerationQueuedData"/>
    [JsonPropertyOrder(3)]
    public required GenerationQueuedData Data { get; init; }
}

/// <summary>The place of a waiting generation in the queue.</summary>
public sealed record GenerationQueuedData
{
    /// <summary>How many generations are ahead of it; 0 = next.</summary>
    public required int Position { get; init; }

    /// <summary>Seconds until it is expected to start, learned from past durations.</summary>
    public required double EstimatedWaitSeconds { get; init; }

    /// <summary>The ComfyUI instance in whose own queue it waits; absent while it waits for one.</summary>
    public string? Instance { get; init; }

    /// <summary>With <see cref="Instance"/>: how many prompts are ahead of it there, including those of other clients.</summary>
    public int? WaitsBehind { get; init; }
}
