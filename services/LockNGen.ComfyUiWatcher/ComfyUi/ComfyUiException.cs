using System.Net;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>ComfyUI answered, and the answer is of no use.</summary>
internal sealed class ComfyUiException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}

/// <summary>ComfyUI refused a prompt, or would have.</summary>
internal sealed class PromptRejectedException(PromptRejection rejection) : Exception(rejection.Message)
{
    public PromptRejection Rejection { get; } = rejection;
}
