namespace LockNGen.Contracts;

/// <summary>Something that users should know about a generation, although it is no reason to fail.</summary>
public sealed record GenerationWarning
{
    /// <summary>The kind of warning: one of <see cref="GenerationWarningCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>What it means, for users.</summary>
    public required string Message { get; init; }

    /// <summary>The node of the submitted workflow that it concerns, if any.</summary>
    public string? NodeId { get; init; }

    /// <summary>The class of that node.</summary>
    public string? NodeType { get; init; }
}
