namespace LockNGen.Contracts;

/// <summary>Why a generation failed, safe to show to its owner: no tracebacks, inputs, workflows or server paths.</summary>
public sealed record GenerationError
{
    /// <summary>One of <see cref="GenerationErrorCodes"/>; readers treat an unknown code as <c>internal_error</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What happened; in ComfyUI's own words if ComfyUI reported it.</summary>
    public required string Message { get; init; }

    /// <summary>The node that failed, if any.</summary>
    public string? NodeId { get; init; }

    /// <summary>The class type of that node.</summary>
    public string? NodeType { get; init; }

    /// <summary>Whether submitting it again may succeed.</summary>
    public bool Retryable { get; init; }
}
