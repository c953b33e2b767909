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
    /// <summary>How many bytes the JSON of <see cref="Data"/> has at most; what is larger is not passed on.</summary>
    public const int MaxBytes = 16_384;

    /// <summary>ComfyUI's type of the event, for example <c>my_node.feedback</c>.</summary>
    public required string EventType { get; init; }

    /// <summary>The event's own data, as the node sent it: an object of any shape, not to be trusted.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>The node of the submitted workflow that ran when it came, if one did.</summary>
    public string? NodeId { get; init; }

    /// <summary>The prompt that it belongs to, from 1.</summary>
    public required int ImageIndex { get; init; }
}
