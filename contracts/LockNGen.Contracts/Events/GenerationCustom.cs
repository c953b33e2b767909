using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// Published by the watcher for an event of a custom node whose type the operator has listed (<c>ComfyUi:CustomEvents</c>). Progress: a newer
/// one of the same generation may supersede it for a slow reader.
/// </summary>
public sealed record GenerationCustom : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Custom;

    /// <inheritdoc cref="GenerationCustomData"/>
    [JsonPropertyOrder(3)]
    public required GenerationCustomData Data { get; init; }
}

/// <summary>What the node sent.</summary>
public sealed record GenerationCustomData
{
    /// <summary>The maximum size of the JSON of <see cref="Data"/> in bytes; larger events are not passed on.</summary>
    public const int MaxBytes = 16_384;

    /// <summary>ComfyUI's type of the event, for example <c>my_node.feedback</c>.</summary>
    public required string EventType { get; init; }

    /// <summary>The event's own data, as the node sent it: an object of any shape; do not trust it.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>The node of the submitted workflow that was running when it arrived, if any.</summary>
    public string? NodeId { get; init; }

    /// <summary>The prompt it belongs to, from 1.</summary>
    public required int ImageIndex { get; init; }
}
