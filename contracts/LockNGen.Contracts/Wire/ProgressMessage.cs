using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// Any event, for readers that need only progress: one record for all types. Deserialize any event into it;
/// <see cref="Data"/> has those of its properties that the type has.
/// </summary>
public sealed record ProgressMessage
{
    /// <summary>The wire type, for example <c>generation.progress</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <inheritdoc cref="GenerationEvent.Sequence"/>
    public long Sequence { get; init; }

    /// <summary>The progress that the event reports.</summary>
    public ProgressData? Data { get; init; }

    /// <summary>When it happened, UTC.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>The progress that an event reports; absent properties are not part of its type.</summary>
public sealed record ProgressData
{
    /// <summary>Percent of the running node, 0-100.</summary>
    public int? Progress { get; init; }

    /// <summary>Percent of the whole generation, 0-100.</summary>
    public int? OverallProgress { get; init; }

    /// <summary>The class type of the running node.</summary>
    public string? CurrentNode { get; init; }

    /// <summary>Steps done in the running node.</summary>
    public int? Step { get; init; }

    /// <summary>Steps of the running node.</summary>
    public int? TotalSteps { get; init; }

    /// <summary>The running prompt, from 1.</summary>
    public int? ImageIndex { get; init; }

    /// <summary>How many prompts the generation has.</summary>
    public int? TotalImages { get; init; }

    /// <summary>Address of the newest preview image.</summary>
    public string? PreviewUrl { get; init; }

    /// <summary>Why the generation failed.</summary>
    public GenerationError? Error { get; init; }
}
