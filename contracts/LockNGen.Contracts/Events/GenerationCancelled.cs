using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>The generation was cancelled. Published by the watcher or the GenerationApi, through the ledger. Terminal: exactly one terminal event per generation, the last one.</summary>
public sealed record GenerationCancelled : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Cancelled;

    /// <inheritdoc cref="GenerationCancelledData"/>
    [JsonPropertyOrder(3)]
    public required GenerationCancelledData Data { get; init; }
}

/// <summary>Why it ended early.</summary>
public sealed record GenerationCancelledData
{
    /// <summary>Who or what cancelled it, for example <c>user</c> or <c>comfyui</c> (interrupted or deleted there).</summary>
    public required string Reason { get; init; }

    /// <summary>Files finished before the cancellation, by index.</summary>
    public IReadOnlyList<GenerationImage> Images { get; init => field = value ?? []; } = [];

    /// <summary>What users should know although it is not a failure; empty if there is nothing.</summary>
    public IReadOnlyList<GenerationWarning> Warnings { get; init => field = value ?? []; } = [];
}
