using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Published by the watcher for each finished file, only after its bytes are stored. State: never dropped. After a lost attempt it is repeated for every image already stored; readers key images by <c>index</c>.</summary>
public sealed record GenerationImageCompleted : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Image;

    /// <inheritdoc cref="GenerationImageCompletedData"/>
    [JsonPropertyOrder(3)]
    public required GenerationImageCompletedData Data { get; init; }
}

/// <summary>A finished image.</summary>
public sealed record GenerationImageCompletedData
{
    /// <summary>The file.</summary>
    public required GenerationImage Image { get; init; }

    /// <summary>The prompt that made it, from 1.</summary>
    public required int ImageIndex { get; init; }

    /// <summary>How many prompts the generation has.</summary>
    public required int TotalImages { get; init; }
}
