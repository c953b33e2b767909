using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Published by the watcher after the bytes of a new preview image (<see cref="GenerationPreviewBytes"/>), at most a few times a second. Progress: the newest wins.</summary>
public sealed record GenerationPreviewed : GenerationEvent
{
    /// <inheritdoc/>
    public override string Type => GenerationEventTypes.Preview;

    /// <inheritdoc cref="GenerationPreviewedData"/>
    [JsonPropertyOrder(3)]
    public required GenerationPreviewedData Data { get; init; }
}

/// <summary>Where the newest preview image is.</summary>
public sealed record GenerationPreviewedData
{
    /// <summary>Relative address of the newest preview, for example <c>/api/generations/{id}/preview?s=1000000016</c>; absolute when <c>PublicUrl</c> is set. The gateway replaces or removes it for clients that request <c>preview=inline</c> or <c>none</c>.</summary>
    public required string PreviewUrl { get; init; }

    /// <summary>The prompt that the preview belongs to, from 1.</summary>
    public required int ImageIndex { get; init; }

    /// <summary>The node of the submitted workflow that shows it, if ComfyUI reports it.</summary>
    public string? NodeId { get; init; }
}
