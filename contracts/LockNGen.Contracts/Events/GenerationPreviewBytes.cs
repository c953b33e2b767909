namespace LockNGen.Contracts;

/// <summary>
/// The bytes of a preview image, published by the watcher to the fanout exchange <see cref="Exchange"/> right before the
/// <see cref="GenerationPreviewed"/> event that names them. They are neither durable nor in the event stream: each gateway binds a small
/// bounded queue of its own, and the newest wins.
/// </summary>
public sealed record GenerationPreviewBytes
{
    /// <summary>The exchange they are published to.</summary>
    public const string Exchange = "generation.preview-bytes";

    /// <summary>The generation that the preview shows.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The sequence of the <see cref="GenerationPreviewed"/> event that follows; the <c>s</c> of its address.</summary>
    public required long Sequence { get; init; }

    /// <summary><c>image/jpeg</c> or <c>image/png</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>The image file (base64 in JSON).</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>The node of the submitted workflow that shows it, if ComfyUI reports it.</summary>
    public string? NodeId { get; init; }
}
