namespace LockNGen.Contracts;

/// <summary>GenerationApi to watcher: the answer to <see cref="WatcherHeartbeat"/>.</summary>
public sealed record HeartbeatAnswer
{
    /// <summary>The instances that the watcher owns until <see cref="LeaseSeconds"/> from now.</summary>
    public required IReadOnlyList<string> Owned { get; init => field = value ?? []; }

    /// <summary>Length of a lease in seconds.</summary>
    public required double LeaseSeconds { get; init; }

    /// <summary>Held generations that are no longer the watcher's (taken over or ended): drop them, publish nothing more.</summary>
    public IReadOnlyList<Guid> Abandon { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Identifies this installation, for as long as its database lives. Watchers mark their prompts with it, so that installations that share
    /// a ComfyUI leave each other's alone.
    /// </summary>
    public string? InstallationId { get; init; }

    /// <summary>Instances whose <see cref="InstanceCatalog"/> the API does not have.</summary>
    public IReadOnlyList<string> CatalogsWanted { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Instances whose catalog may be out of date: a submission named something that it does not have, or ComfyUI refused what it has. Read
    /// it again.
    /// </summary>
    public IReadOnlyList<string> CatalogsDoubted { get; init => field = value ?? []; } = [];
}
