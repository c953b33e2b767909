using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>The generation ended with an error. Published by the watcher or the GenerationApi, through the ledger. Terminal: exactly one terminal event per generation, the last one.</summary>
public sealed record GenerationFailed : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Failed;

    /// <inheritdoc cref="GenerationFailedData"/>
    [JsonPropertyOrder(3)]
    public required GenerationFailedData Data { get; init; }
}

/// <summary>Why it failed, and what was finished before.</summary>
public sealed record GenerationFailedData
{
    /// <summary>What went wrong.</summary>
    public required GenerationError Error { get; init; }

    /// <summary>Files finished before the failure, by index.</summary>
    public required IReadOnlyList<GenerationImage> Images { get; init => field = value ?? []; }

    /// <summary>What users should know although it is not a failure; empty if there is nothing.</summary>
    public IReadOnlyList<GenerationWarning> Warnings { get; init => field = value ?? []; } = [];
}
