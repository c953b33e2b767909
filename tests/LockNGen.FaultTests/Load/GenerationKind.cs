namespace LockNGen.FaultTests.Load;

/// <summary>What is submitted.</summary>
internal enum GenerationKind
{
    /// <summary>One picture.</summary>
    Single,

    /// <summary>Two to four pictures.</summary>
    Batch,

    /// <summary>A workflow whose second node fails.</summary>
    Failing,

    /// <summary>Cancelled at a random moment, queued, running or ended.</summary>
    Cancelled,
}
