using System.Net;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>ComfyUI answered, but the answer is unusable.</summary>
internal class ComfyUiException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}

/// <summary>
/// The server is unusable until something changes there, mostly because a login, a proxy or a tunnel answers in its place. This says nothing about the workflow.
/// </summary>
internal sealed class UnusableServerException(HttpStatusCode status, string reasonCode, string message) : ComfyUiException(status, message)
{
    /// <summary>One of <see cref="Contracts.InstanceReasonCodes"/>.</summary>
    public string ReasonCode { get; } = reasonCode;

    /// <summary>When to ask again, if it said so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>ComfyUI refused a prompt, or would have.</summary>
internal sealed class PromptRejectedException(PromptRejection rejection) : Exception(rejection.Message)
{
    public PromptRejection Rejection { get; } = rejection;
}
