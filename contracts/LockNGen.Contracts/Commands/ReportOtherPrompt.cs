using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// Watcher to GenerationApi (request): someone else's prompt, submitted directly to a watched ComfyUI, has begun; and later, how it ended.
/// Answered by <see cref="OtherPromptAnswer"/>; idempotent by <see cref="Instance"/> and <see cref="PromptId"/>.
/// </summary>
public sealed record ReportOtherPrompt
{
    /// <summary>The instance that it was submitted to.</summary>
    public required string Instance { get; init; }

    /// <summary>ComfyUI's id of it.</summary>
    public required string PromptId { get; init; }

    /// <summary>When it was first seen running.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The terminal event, exactly as it will be published; null while it runs and while its files are stored.</summary>
    public JsonElement? Event { get; init; }
}

/// <summary>GenerationApi to watcher: the answer to <see cref="ReportOtherPrompt"/>.</summary>
public sealed record OtherPromptAnswer
{
    /// <summary>The id under which it is known: its own, unless that is not a UUID or belongs to a generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>Where its files may be stored, while it has not ended.</summary>
    public required string UploadUrl { get; init; }

    /// <summary>The bearer token for it.</summary>
    public required string UploadToken { get; init; }

    /// <summary>The largest file that is accepted, in bytes.</summary>
    public long? MaxFileBytes { get; init; }
}
