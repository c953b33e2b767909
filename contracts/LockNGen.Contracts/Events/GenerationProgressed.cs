using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Published by the watcher at most about 20 times a second per generation, newest wins. Progress: superseded by a newer one of the same generation for a slow reader.</summary>
public sealed record GenerationProgressed : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Progress;

    /// <inheritdoc cref="GenerationProgressedData"/>
    [JsonPropertyOrder(3)]
    public required GenerationProgressedData Data { get; init; }
}

/// <summary>The progress.</summary>
public sealed record GenerationProgressedData
{
    /// <summary>Percent of the running node, 0-100: 100 x step / totalSteps.</summary>
    public required int Progress { get; init; }

    /// <summary>Percent of the whole generation, 0-100; it never decreases, not even across attempts.</summary>
    public required int OverallProgress { get; init; }

    /// <summary>The class type of the running node, for example <c>KSampler</c>.</summary>
    public string? CurrentNode { get; init; }

    /// <summary>The id of the running node in the submitted workflow.</summary>
    public string? NodeId { get; init; }

    /// <summary>Steps done in the running node.</summary>
    public required int Step { get; init; }

    /// <summary>Steps of the running node, at least 1.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>The running prompt, from 1.</summary>
    public required int ImageIndex { get; init; }

    /// <summary>How many prompts the generation has.</summary>
    public required int TotalImages { get; init; }

    /// <summary>Address of the newest preview image, if there is one.</summary>
    public string? PreviewUrl { get; init; }

    /// <summary>How many nodes of this prompt are done, including cached ones.</summary>
    public int? NodesDone { get; init; }

    /// <summary>How many nodes this prompt needs: those that its outputs depend on.</summary>
    public int? NodesTotal { get; init; }

    /// <summary>If no node had to run, so that there was no <c>generation.node</c>: the nodes that ComfyUI served from its cache. Otherwise empty.</summary>
    public IReadOnlyList<string> CachedNodeIds { get; init => field = value ?? []; } = [];
}
