using LockNGen.Contracts;
using LockNGen.GenerationApi.Catalog;

namespace LockNGen.GenerationApi.Validation;

/// <summary>What a server with a given catalog would decide about a workflow.</summary>
internal sealed record CatalogVerdict
{
    /// <summary>The catalog; null if none is known, which decides nothing.</summary>
    public NodeCatalog? Catalog { get; init; }

    /// <summary>Why it would refuse all of it.</summary>
    public IReadOnlyList<CatalogError> Errors { get; init; } = [];

    /// <summary>Outputs that it would leave out.</summary>
    public IReadOnlyList<GenerationWarning> LeftOut { get; init; } = [];

    /// <summary>Why it would leave them out.</summary>
    public IReadOnlyList<ProblemError> LeftOutErrors { get; init; } = [];

    /// <summary>The nodes that would run.</summary>
    public required IReadOnlySet<string> Reached { get; init; }

    /// <summary>Those, and the nodes of outputs that it would leave out: another server may run them, or this one tomorrow.</summary>
    public required IReadOnlySet<string> Wanted { get; init; }

    /// <summary>Whether something missing may have been installed since the catalog was read: a class, a model, another choice.</summary>
    public bool NamesUnknown { get; init; }
}

/// <summary>An error, and where to look for similar names.</summary>
internal sealed record CatalogError(ProblemError Problem, string? Name = null, IEnumerable<string>? Candidates = null);
