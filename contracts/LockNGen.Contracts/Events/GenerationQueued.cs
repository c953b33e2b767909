using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Published by the GenerationApi when a generation is accepted (state: never dropped) and again when its place in the queue changes or work comes back from a lost attempt (then progress: at most one a second, newest wins).</summary>
public sealed record GenerationQueued : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Queued;

    /// <inheritdoc cref="GenerationQueuedData"/>
    [JsonPropertyOrder(3)]
    public required GenerationQueuedData Data { get; init; }
}

/// <summary>Where a waiting generation stands.</summary>
public sealed record GenerationQueuedData
{
    /// <summary>How many generations are ahead of it; 0 = next.</summary>
    public required int Position { get; init; }

    /// <summary>Seconds until it is expected to start, learned from past durations.</summary>
    public required double EstimatedWaitSeconds { get; init; }
}
