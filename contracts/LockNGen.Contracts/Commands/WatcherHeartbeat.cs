using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// Watcher to GenerationApi (request), once a second: here I am, this is what I see and hold. Answered by
/// <see cref="HeartbeatAnswer"/>; renews the leases (5 s) of the instances that the watcher owns and takes free ones.
/// </summary>
public sealed record WatcherHeartbeat
{
    /// <summary>The watcher process; its queue is <see cref="BusQueues.Watcher"/>.</summary>
    public required string Watcher { get; init; }

    /// <summary>Every instance that it is configured with, owned or not.</summary>
    public required IReadOnlyList<InstanceReport> Instances { get; init => field = value ?? []; }

    /// <summary>Every generation that it has claimed and not yet ended. What it stops listing for 5 s is taken back.</summary>
    public required IReadOnlyList<HeldGeneration> Held { get; init => field = value ?? []; }

    /// <summary>The watcher gives everything up now (shutdown): leases end and held work goes elsewhere at once.</summary>
    public bool Leaving { get; init; }
}

/// <summary>A ComfyUI instance as its watcher sees it.</summary>
public sealed record InstanceReport
{
    /// <summary>Its configured name, the same in every watcher that lists it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, for requirements of generations (<c>vram=24</c>, <c>model=sdxl</c>).</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>How many generations may be given to it at once, at least 1 (ComfyUI renders one after another; more keeps it busy in between).</summary>
    public required int Capacity { get; init; }

    /// <summary>Whether it can work.</summary>
    public required InstanceState State { get; init; }

    /// <summary>When it is not up, or not all of it works: why, for operators.</summary>
    public string? Reason { get; init; }

    /// <summary>What kind of reason, where it has a name: one of <see cref="InstanceReasonCodes"/>.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>ComfyUI's version, once known.</summary>
    public string? Version { get; init; }

    /// <summary>Prompts waiting and running in ComfyUI, ours and others'.</summary>
    public int QueueRemaining { get; init; }

    /// <summary>Of these, the ones that no generation of this watcher has asked for: other people's, and what was left behind.</summary>
    public int? OthersRemaining { get; init; }

    /// <summary>Identifies the catalog that the watcher last read (<see cref="InstanceCatalog.Hash"/>).</summary>
    public string? CatalogHash { get; init; }

    /// <summary>Seconds since it was last read, changed or not; null before it was.</summary>
    public double? CatalogAgeSeconds { get; init; }
}

/// <summary>Whether an instance can work.</summary>
[JsonConverter(typeof(InstanceStateConverter))]
public enum InstanceState
{
    /// <summary>Connected and working.</summary>
    Up,

    /// <summary>Not reachable.</summary>
    Down,

    /// <summary>Reachable but silent: frozen or deaf.</summary>
    Unresponsive,

    /// <summary>Answers, but its worker is dead: somebody must restart ComfyUI.</summary>
    NeedsRestart,
}

internal sealed class InstanceStateConverter()
    : JsonStringEnumConverter<InstanceState>(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>A generation that a watcher holds.</summary>
public sealed record HeldGeneration
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The attempt that was granted.</summary>
    public required int Attempt { get; init; }

    /// <summary>The instance that renders it.</summary>
    public required string Instance { get; init; }

    /// <summary>The overall progress last published, 0-100: the floor of the next attempt.</summary>
    public int OverallProgress { get; init; }

    /// <summary>Whether ComfyUI has started it; absent from older watchers, which count from the claim.</summary>
    public bool? Begun { get; init; }

    /// <summary>While it waits in ComfyUI: how many prompts are ahead of it there.</summary>
    public int? WaitsBehind { get; init; }

    /// <summary>Seconds for which ComfyUI has rendered it in this attempt; waiting there does not count.</summary>
    public double RenderSeconds { get; init; }

    /// <summary>Of these, the seconds since it last reported progress.</summary>
    public double QuietSeconds { get; init; }
}
