using LockNGen.Contracts;
using LockNGen.GenerationApi.Catalog;

namespace LockNGen.GenerationApi.Workflows;

/// <summary>What a claim contains besides the workflow.</summary>
internal sealed record RenderPlan
{
    /// <summary>Inputs that hold a seed; each prompt gets another one.</summary>
    public IReadOnlyList<SeedInput> Seeds { get; init => field = value ?? []; } = [];

    /// <summary>Inputs for models that were omitted: each gets the instance's first choice.</summary>
    public IReadOnlyList<NodeInput> FirstModels { get; init => field = value ?? []; } = [];

    /// <summary>Uploads that the workflow reads.</summary>
    public IReadOnlyList<string> InputFiles { get; init => field = value ?? []; } = [];

    /// <summary>Whether previews are results besides what the workflow saves.</summary>
    public bool IncludeTemp { get; init; }

    /// <summary>Whether its results are hidden from other callers: they get a folder of their own in ComfyUI.</summary>
    public bool HidesResults { get; init; }

    /// <summary>Classes of nodes that the instance must have.</summary>
    public IReadOnlyList<string> NodeClasses { get; init => field = value ?? []; } = [];

    /// <summary>Values of choices that the instance must have (models above all).</summary>
    public IReadOnlyList<NodeChoice> Choices { get; init => field = value ?? []; } = [];

    /// <summary>Model files named inside objects, which the instance must have in any of its lists.</summary>
    public IReadOnlyList<string> Files { get; init => field = value ?? []; } = [];

    /// <summary>Warnings that are no reason to refuse it.</summary>
    public IReadOnlyList<GenerationWarning> Warnings { get; init => field = value ?? []; } = [];

    /// <summary>Roughly the most that a watcher is given with a claim: what differs between prompts, or between instances, once for each prompt.</summary>
    public long SizeOfClaim(int workflowLength, int count)
    {
        const int AroundAnInput = 80;
        const int ModelName = 256;
        var ofPrompt = Seeds.Sum(s => (long)s.NodeId.Length + s.Name.Length + AroundAnInput)
            + FirstModels.Sum(m => (long)m.NodeId.Length + m.Name.Length + ModelName + AroundAnInput)
            + Choices.Sum(c => (long)(c.NodeId?.Length ?? 0) + c.Name.Length + c.Value.Length + AroundAnInput);
        return workflowLength + (count * ofPrompt);
    }

    /// <summary>Whether an instance can render it. Without a catalog everything is tried: ComfyUI itself refuses what it cannot do.</summary>
    public bool FitsTo(NodeCatalog? catalog, bool needsCatalog) => catalog is null
        ? !needsCatalog
        : NodeClasses.All(catalog.Has)
            && Choices.All(c => catalog.SpellingOf(c.ClassType, c.Name, c.Value) is not null)
            && Files.All(catalog.HasFile)
            && FirstModels.All(m => catalog.ChoicesOf(m.ClassType, m.Name) is { Count: > 0 });
}

/// <summary>An input of a node.</summary>
internal sealed record NodeInput(string NodeId, string ClassType, string Name);

/// <summary>An input that holds a seed.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Name">The input.</param>
/// <param name="Value">The seed of the first prompt.</param>
/// <param name="Min">The smallest that the node accepts; no seed below 0 is used.</param>
/// <param name="Max">The largest that the node accepts.</param>
internal sealed record SeedInput(string NodeId, string Name, ulong Value, ulong Min = 0, ulong Max = ulong.MaxValue)
{
    /// <summary>The seed of a prompt: one more than that of the prompt before, wrapping from the node's largest to its smallest.</summary>
    public ulong At(int imageIndex) => Min + (ulong)(((UInt128)(Value - Min) + (uint)(imageIndex - 1)) % ((UInt128)(Max - Min) + 1));
}

/// <summary>A text value of an input, which may be one of a list.</summary>
internal sealed record NodeChoice(string ClassType, string Name, string Value)
{
    /// <summary>The node, which gets the instance's own spelling of the value.</summary>
    public string? NodeId { get; init; }
}

/// <summary>Labels that an instance must have, and that it should have.</summary>
internal sealed record LabelRequirements
{
    public IReadOnlyDictionary<string, string> Required { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Preferred { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}
