using LockNGen.Contracts;

namespace LockNGen.GenerationApi.Submit;

/// <summary>The answer of POST /api/generations.</summary>
public sealed record SubmitResponse
{
    public required Guid Id { get; init; }
    public required string Status { get; init; }

    /// <summary>How many generations are ahead of it.</summary>
    public required int Position { get; init; }
    public required double EstimatedWaitSeconds { get; init; }
    public required int Count { get; init; }

    /// <summary>The seed of the first image, 0 to 2^64-1; the others count up, wrapping from the node's largest to its smallest.</summary>
    public ulong? Seed { get; init; }

    /// <summary><see cref="Seed"/> in decimal digits, for readers whose numbers are doubles (JavaScript).</summary>
    public string? SeedText { get; init; }
    public required SubmitLinks Links { get; init; }

    /// <summary>The limits that end it if it takes too long.</summary>
    public SubmitLimits? Limits { get; init; }

    /// <summary>Warnings although it is accepted: outputs that ComfyUI will leave out, and why. Absent if there are none.</summary>
    public IReadOnlyList<GenerationWarning>? Warnings { get; init; }

    /// <summary>The errors for which outputs are left out, node by node. Absent if there are none.</summary>
    public IReadOnlyList<ProblemError>? LeftOut { get; init; }
}

/// <summary>The limits of a generation, in seconds; the error of one that exceeds a limit names it.</summary>
public sealed record SubmitLimits
{
    /// <summary>Waiting, until ComfyUI starts it.</summary>
    public required int QueueTimeoutSeconds { get; init; }

    /// <summary>Rendering, as requested; waiting in ComfyUI, or again after a lost server, does not count.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Without one: rendering without progress.</summary>
    public int? SilenceSeconds { get; init; }

    /// <summary>Without one: rendering at all.</summary>
    public int? HardTimeoutSeconds { get; init; }
}

/// <summary>Where to go from here.</summary>
public sealed record SubmitLinks(string Self, string Cancel, string Progress, string WebSocket, string Events);

/// <summary>The answer of POST /api/generations?dryRun=true: what would run.</summary>
public sealed record DryRunResponse
{
    public required bool Valid { get; init; }
    public required System.Text.Json.JsonElement Workflow { get; init; }
    public System.Text.Json.JsonElement? Parameters { get; init; }
    public required int Count { get; init; }
    public ulong? Seed { get; init; }

    /// <summary><see cref="Seed"/> in decimal digits.</summary>
    public string? SeedText { get; init; }
    public required double EstimatedSeconds { get; init; }

    /// <summary>Models that are left to the instance, which uses its first.</summary>
    public required IReadOnlyList<string> OpenModels { get; init; }

    /// <summary>Warnings although it would be accepted. Absent if there are none.</summary>
    public IReadOnlyList<GenerationWarning>? Warnings { get; init; }
}
