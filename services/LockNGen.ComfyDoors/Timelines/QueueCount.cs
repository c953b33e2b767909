using LockNGen.ComfyDoors.Frames;
using LockNGen.ComfyDoors.Sockets;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>
/// The number of an owner's unfinished prompts, as many as /queue lists, and the sockets that are sent it when it changes. Guarded by its owner.
/// </summary>
internal sealed class QueueCount
{
    private readonly HashSet<Guid> _active = [];
    private readonly HashSet<DoorSocket> _sockets = [];

    /// <summary>The number last sent.</summary>
    public int Announced { get; private set; }

    /// <summary>Prompts that have not ended.</summary>
    public IReadOnlyCollection<Guid> Active => _active;

    public IReadOnlyCollection<DoorSocket> Sockets => _sockets;

    public void Begin(Guid id) => _active.Add(id);

    public void End(Guid id) => _active.Remove(id);

    public void End(IEnumerable<Guid> ids) => _active.ExceptWith(ids);

    public void Add(DoorSocket socket) => _sockets.Add(socket);

    public void Remove(DoorSocket socket) => _sockets.Remove(socket);

    /// <summary>Sends everyone the number, if it has changed.</summary>
    /// <param name="waiting">Prompts that have ended, but still count.</param>
    public void Announce(IEnumerable<Guid> waiting)
    {
        var remaining = _active.Count + waiting.Distinct().Count(id => !_active.Contains(id));
        if (remaining == Announced)
            return;
        Announced = remaining;
        var frame = ComfyFrames.Status(remaining);
        foreach (var socket in _sockets)
            socket.Send(frame);
    }
}
