using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// The reduction of all events of a generation so far; its <see cref="GenerationEvent.Sequence"/> is that of the last event reduced
/// (0 if there was none). Sent by the gateway to a client that joins without a cursor, or after a <c>subscription.gap</c>, and
/// returned by polling. Never on the broker.
/// </summary>
public sealed record GenerationSnapshot : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Snapshot;

    /// <inheritdoc cref="GenerationSnapshotData"/>
    [JsonPropertyOrder(3)]
    public required GenerationSnapshotData Data { get; init; }
}

/// <summary>Everything that is known about a generation now; absent properties are unknown or do not apply.</summary>
public sealed record GenerationSnapshotData
{
    /// <summary>Its status.</summary>
    public required GenerationStatus Status { get; init; }

    /// <summary>Which try it is: 1, 2, 3; 0 before the first has started.</summary>
    public int Attempt { get; init; }

    /// <summary>While queued: how many are ahead of it.</summary>
    public int? Position { get; init; }

    /// <summary>While queued: expected seconds until it starts.</summary>
    public double? EstimatedWaitSeconds { get; init; }

    /// <summary>While dispatched: how many prompts are ahead of it in its instance's own queue, including those of other clients.</summary>
    public int? WaitsBehind { get; init; }

    /// <summary>The ComfyUI instance that renders it, or in whose own queue it waits.</summary>
    public string? Instance { get; init; }

    /// <summary>Percent of the running node, 0-100.</summary>
    public int? Progress { get; init; }

    /// <summary>Percent of the whole generation, 0-100.</summary>
    public int OverallProgress { get; init; }

    /// <summary>The class type of the running node.</summary>
    public string? CurrentNode { get; init; }

    /// <summary>The id of the running node.</summary>
    public string? NodeId { get; init; }

    /// <summary>The title of the running node.</summary>
    public string? NodeTitle { get; init; }

    /// <summary>Steps done in the running node.</summary>
    public int? Step { get; init; }

    /// <summary>Steps of the running node.</summary>
    public int? TotalSteps { get; init; }

    /// <summary>How many nodes of the running prompt are done, including cached ones.</summary>
    public int? NodesDone { get; init; }

    /// <summary>How many nodes the running prompt needs.</summary>
    public int? NodesTotal { get; init; }

    /// <summary>Nodes of the running prompt that ComfyUI served from its cache, as reported by its last <c>generation.node</c>.</summary>
    public IReadOnlyList<string> CachedNodeIds { get; init => field = value ?? []; } = [];

    /// <summary>The prompt that runs, from 1.</summary>
    public int? ImageIndex { get; init; }

    /// <summary>How many prompts the generation has.</summary>
    public int? TotalImages { get; init; }

    /// <summary>Address of the newest preview image.</summary>
    public string? PreviewUrl { get; init; }

    /// <summary>Finished files, by index.</summary>
    public IReadOnlyList<GenerationImage> Images { get; init => field = value ?? []; } = [];

    /// <summary>Why it failed.</summary>
    public GenerationError? Error { get; init; }

    /// <summary>Why it was cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>When completed: seconds from the start of the first attempt to the end.</summary>
    public double? DurationSeconds { get; init; }

    /// <summary>What users should know although it is not a failure; empty if there is nothing.</summary>
    public IReadOnlyList<GenerationWarning> Warnings { get; init => field = value ?? []; } = [];
}
