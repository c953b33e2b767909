namespace LockNGen.Contracts;

/// <summary>The values of <see cref="GenerationError.Code"/>.</summary>
public static class GenerationErrorCodes
{
    /// <summary>A node raised an exception; not retryable.</summary>
    public const string NodeError = "node_error";

    /// <summary>The GPU ran out of memory; retryable (a smaller image, or later).</summary>
    public const string OutOfMemory = "out_of_memory";

    /// <summary>ComfyUI refused the workflow; not retryable.</summary>
    public const string InvalidWorkflow = "invalid_workflow";

    /// <summary>The workflow names a model that the instance does not have; not retryable.</summary>
    public const string MissingModel = "missing_model";

    /// <summary>The ComfyUI server was lost during the run more often than retries allow; retryable.</summary>
    public const string ComfyUiLost = "comfyui_lost";

    /// <summary>The ComfyUI server stopped answering; retryable.</summary>
    public const string ComfyUiUnresponsive = "comfyui_unresponsive";

    /// <summary>ComfyUI's worker died while it rendered this, on several servers: the workflow is the likely cause; not retryable.</summary>
    public const string WorkerDied = "worker_died";

    /// <summary>It ran for longer than its <c>timeoutSeconds</c>; retryable.</summary>
    public const string Timeout = "timeout";

    /// <summary>It waited for longer than its <c>queueTimeoutSeconds</c>; retryable.</summary>
    public const string QueueTimeout = "queue_timeout";

    /// <summary>The workflow or an input file is larger than the instance, or a proxy in front of it, accepts; not retryable.</summary>
    public const string TooLarge = "too_large";

    /// <summary>A finished image could not be stored; retryable.</summary>
    public const string StorageFailed = "storage_failed";

    /// <summary>Anything else on our side; retryable.</summary>
    public const string InternalError = "internal_error";
}
