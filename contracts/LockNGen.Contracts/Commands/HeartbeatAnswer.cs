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

    /// <summary>Instances whose <see cref="InstanceCatalog"/> the API does not have.</summary>
    public IReadOnlyList<string> CatalogsWanted { get; init => field = value ?? []; } = [];
}
