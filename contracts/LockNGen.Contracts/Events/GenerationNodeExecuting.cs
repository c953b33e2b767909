using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Published by the watcher when ComfyUI starts a node. Progress: a newer one of the same generation may supersede it for a slow reader.</summary>
public sealed record GenerationNodeExecuting : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Node;

    /// <inheritdoc cref="GenerationNodeExecutingData"/>
    [JsonPropertyOrder(3)]
    public required GenerationNodeExecutingData Data { get; init; }
}

/// <summary>The node that is running.</summary>
public sealed record GenerationNodeExecutingData
{
    /// <summary>The class type from the submitted workflow, for example <c>KSampler</c>.</summary>
    public required string CurrentNode { get; init; }

    /// <summary>The id of the node in the submitted workflow.</summary>
    public required string NodeId { get; init; }

    /// <summary>The title that the author of the workflow gave it (<c>_meta.title</c>).</summary>
    public string? NodeTitle { get; init; }

    /// <summary>How many nodes of this prompt ComfyUI served from its cache.</summary>
    public int CachedNodes { get; init; }

    /// <summary>The ids of those nodes, at most <see cref="MaxCachedNodeIds"/> of them.</summary>
    public IReadOnlyList<string> CachedNodeIds { get; init => field = value ?? []; } = [];

    /// <summary>How many nodes of this prompt are done, including cached ones.</summary>
    public int? NodesDone { get; init; }

    /// <summary>How many nodes this prompt needs: those that its outputs depend on.</summary>
    public int? NodesTotal { get; init; }

    /// <summary>The running prompt, from 1.</summary>
    public required int ImageIndex { get; init; }

    /// <summary>How many prompts the generation has.</summary>
    public required int TotalImages { get; init; }

    /// <summary>The maximum number of ids in <see cref="CachedNodeIds"/>.</summary>
    public const int MaxCachedNodeIds = 500;
}
