using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>What <c>POST /prompt</c> was answered.</summary>
/// <param name="PromptId">The id under which ComfyUI knows the prompt: some servers, and proxies, number prompts themselves. Null if it was refused.</param>
/// <param name="Rejection">Why it was refused, or which outputs were left out.</param>
/// <param name="IsRefusal">Whether it has the form of ComfyUI's refusals: a 400 from anything else says nothing about the workflow.</param>
internal sealed record PromptReply(string? PromptId, PromptRejection Rejection, bool IsRefusal)
{
    public static PromptReply Of(JsonElement answer) => new(
        answer.Text("prompt_id") is { Length: > 0 } id ? id : null,
        PromptRejection.Of(answer),
        answer.Child("error") is { } error && (error.Text("type") is not null || answer.Child("node_errors") is not null));
}
