using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>The generation was completed. Published by the watcher once the ledger has recorded it, or by the GenerationApi from the ledger. Terminal: exactly one terminal event per generation, the last one.</summary>
public sealed record GenerationCompleted : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Completed;

    /// <inheritdoc cref="GenerationCompletedData"/>
    [JsonPropertyOrder(3)]
    public required GenerationCompletedData Data { get; init; }
}

/// <summary>What was made.</summary>
public sealed record GenerationCompletedData
{
    /// <summary>All files, by index; empty if the workflow saves nothing.</summary>
    public required IReadOnlyList<GenerationImage> Images { get; init => field = value ?? []; }

    /// <summary>Seconds from the start of the first attempt to the end.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>What users should know although it is not a failure; empty if there is nothing.</summary>
    public IReadOnlyList<GenerationWarning> Warnings { get; init => field = value ?? []; } = [];
}
