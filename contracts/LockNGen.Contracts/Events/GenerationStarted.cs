using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Published by the watcher once per attempt, after its claim was granted. State: never dropped.</summary>
public sealed record GenerationStarted : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Started;

    /// <inheritdoc cref="GenerationStartedData"/>
    [JsonPropertyOrder(3)]
    public required GenerationStartedData Data { get; init; }
}

/// <summary>Who renders it.</summary>
public sealed record GenerationStartedData
{
    /// <summary>The configured name of the ComfyUI instance.</summary>
    public required string Instance { get; init; }

    /// <summary>The attempt that was granted, from 1; a new attempt follows a lost one.</summary>
    public required int Attempt { get; init; }

    /// <summary>How many prompts (images of the batch) the generation has.</summary>
    public required int TotalImages { get; init; }
}
