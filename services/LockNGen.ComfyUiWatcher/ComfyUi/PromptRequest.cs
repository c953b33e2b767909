using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>The body of <c>POST /prompt</c>. Never a <c>number</c>: two waiting prompts of equal number and id kill ComfyUI's worker.</summary>
internal sealed record PromptRequest
{
    [JsonPropertyName("prompt")]
    public required JsonObject Workflow { get; init; }

    [JsonPropertyName("prompt_id")]
    public required string PromptId { get; init; }

    [JsonPropertyName("client_id")]
    public required string ClientId { get; init; }

    [JsonPropertyName("extra_data")]
    public required JsonObject ExtraData { get; init; }
}

internal sealed record QueueDeletion([property: JsonPropertyName("delete")] IReadOnlyList<string> PromptIds);

/// <summary>Always with the id: an interrupt without one stops whichever prompt is running.</summary>
internal sealed record Interrupt([property: JsonPropertyName("prompt_id")] string PromptId);
