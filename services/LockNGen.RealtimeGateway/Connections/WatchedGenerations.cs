namespace LockNGen.RealtimeGateway.Connections;

/// <summary>What one client watches: generations by id, all of them, or both. Thread-safe.</summary>
internal sealed class WatchedGenerations
{
    private readonly HashSet<Guid> _ids = [];
    private bool _all;

    /// <summary>How many are watched by id.</summary>
    public int Count => _ids.Count;

    public bool Contains(Guid generationId)
    {
        // Most clients that watch all watch none by id, and this is called for every event.
        if (_ids.Count == 0)
            return false;
        lock (_ids)
            return _ids.Contains(generationId);
    }

    /// <summary>Adds a generation; false if it is already watched by id.</summary>
    public bool Add(Guid generationId)
    {
        lock (_ids)
            return _ids.Add(generationId);
    }

    /// <summary>Removes a generation; false if it was not watched by id.</summary>
    public bool Remove(Guid generationId)
    {
        lock (_ids)
            return _ids.Remove(generationId);
    }

    /// <summary>Watches all; false if it did already.</summary>
    public bool AddAll()
    {
        lock (_ids)
            return !_all && (_all = true);
    }

    /// <summary>No longer watches all; false if it did not.</summary>
    public bool RemoveAll()
    {
        lock (_ids)
            return _all && !(_all = false);
    }

    /// <summary>The generations watched by id.</summary>
    public IReadOnlyList<Guid> Ids()
    {
        lock (_ids)
            return [.. _ids];
    }
}
