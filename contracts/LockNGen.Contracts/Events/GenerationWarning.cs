namespace LockNGen.Contracts;

/// <summary>Something that people should know of a generation, although it is no reason to fail.</summary>
public sealed record GenerationWarning
{
    /// <summary>What kind of warning: one of <see cref="GenerationWarningCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>What it means, for people.</summary>
    public required string Message { get; init; }

    /// <summary>The node of the submitted workflow, if it is about one.</summary>
    public string? NodeId { get; init; }

    /// <summary>The class of that node.</summary>
    public string? NodeType { get; init; }
}
