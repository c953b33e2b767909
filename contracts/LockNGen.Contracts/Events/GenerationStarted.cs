using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Published by the watcher once per attempt, when ComfyUI begins to render. State: never dropped.</summary>
public sealed record GenerationStarted : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Started;

    /// <inheritdoc cref="GenerationStartedData"/>
    [JsonPropertyOrder(3)]
    public required GenerationStartedData Data { get; init; }
}

/// <summary>Where it is rendered.</summary>
public sealed record GenerationStartedData
{
    /// <summary>The configured name of the ComfyUI instance.</summary>
    public required string Instance { get; init; }

    /// <summary>Which try this is: 1, 2, 3. After a lost one there is another.</summary>
    public required int Attempt { get; init; }

    /// <summary>How many prompts (images of the batch) the generation has.</summary>
    public required int TotalImages { get; init; }
}
