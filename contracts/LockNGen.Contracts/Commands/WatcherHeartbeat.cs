using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// Watcher to GenerationApi (request), once a second: the watcher is alive, and reports its instances and generations. Answered by
/// <see cref="HeartbeatAnswer"/>; renews the leases (5 s) of the instances that the watcher owns and takes free ones.
/// </summary>
public sealed record WatcherHeartbeat
{
    /// <summary>The watcher process; its queue is <see cref="BusQueues.Watcher"/>.</summary>
    public required string Watcher { get; init; }

    /// <summary>Every instance that it is configured with, owned or not.</summary>
    public required IReadOnlyList<InstanceReport> Instances { get; init => field = value ?? []; }

    /// <summary>Every generation that it has claimed and not yet ended. A generation that it does not list for 5 s is taken back.</summary>
    public required IReadOnlyList<HeldGeneration> Held { get; init => field = value ?? []; }

    /// <summary>The watcher is shutting down: its leases end, and its work goes elsewhere at once.</summary>
    public bool Leaving { get; init; }
}

/// <summary>A ComfyUI instance as its watcher sees it.</summary>
public sealed record InstanceReport
{
    /// <summary>Its configured name, the same in every watcher that lists it.</summary>
    public required string Name { get; init; }

    /// <summary>Its properties, for requirements of generations (<c>vram=24</c>, <c>model=sdxl</c>).</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>How many generations may be dispatched to it at a time, at least 1 (ComfyUI renders one after another; more keep it busy in between).</summary>
    public required int Capacity { get; init; }

    /// <summary>Whether it can work.</summary>
    public required InstanceState State { get; init; }

    /// <summary>If it is not up, or partly broken: why, for operators.</summary>
    public string? Reason { get; init; }

    /// <summary>The kind of reason, if it has a code: one of <see cref="InstanceReasonCodes"/>.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>ComfyUI's version, once known.</summary>
    public string? Version { get; init; }

    /// <summary>Prompts waiting and running in ComfyUI, ours and others'.</summary>
    public int QueueRemaining { get; init; }

    /// <summary>Of these, the ones that belong to no generation of this watcher: those of other clients, and orphaned ones.</summary>
    public int? OthersRemaining { get; init; }

    /// <summary>Identifies the catalog that the watcher last read (<see cref="InstanceCatalog.Hash"/>).</summary>
    public string? CatalogHash { get; init; }

    /// <summary>Seconds since it was last read, changed or not; null before the first time.</summary>
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

    /// <summary>Reachable, but it does not respond.</summary>
    Unresponsive,

    /// <summary>It answers, but its worker is dead: ComfyUI must be restarted.</summary>
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

    /// <summary>The overall progress last published, 0-100: the minimum for the next attempt.</summary>
    public int OverallProgress { get; init; }

    /// <summary>Whether ComfyUI has started it; absent from older watchers, which count the time from the claim.</summary>
    public bool? Begun { get; init; }

    /// <summary>While it waits in ComfyUI: how many prompts are ahead of it there.</summary>
    public int? WaitsBehind { get; init; }

    /// <summary>How many seconds ComfyUI has rendered it in this attempt, not counting the time it waited there.</summary>
    public double RenderSeconds { get; init; }

    /// <summary>Of these, the seconds since it last reported progress.</summary>
    public double QuietSeconds { get; init; }
}
