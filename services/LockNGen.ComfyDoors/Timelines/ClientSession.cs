using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Frames;
using LockNGen.ComfyDoors.Sockets;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>
/// What is sent to one client id. ComfyUI runs one prompt at a time, and its clients rely on it; a farm runs several. So the timelines of a client's
/// prompts are sent one after another, in the order in which they began: what runs concurrently is sent afterwards, from memory. Guarded by its owner.
/// </summary>
/// <param name="clientId">ComfyUI's client id.</param>
/// <param name="isInterleaved">Whether the client accepts interleaved frames of several prompts.</param>
/// <param name="clock">The time.</param>
internal sealed class ClientSession(string clientId, bool isInterleaved, TimeProvider clock)
{
    /// <summary>Frames written this shortly before a connection broke may not have arrived.</summary>
    private static readonly TimeSpan InFlight = TimeSpan.FromSeconds(5);

    /// <summary>The queue does not wait for a client that has not read for this long.</summary>
    private static readonly TimeSpan MaxOnTheWay = TimeSpan.FromSeconds(10);

    private readonly List<DoorSocket> _sockets = [];
    private readonly Dictionary<Guid, PromptTimeline> _timelines = [];
    private readonly List<PromptTimeline> _begun = [];
    private readonly Queue<(PromptTimeline Timeline, DateTimeOffset At)> _sent = [];
    private readonly List<(Guid Id, DoorSocket Socket, long Frame, DateTimeOffset At)> _onTheWay = [];
    private DateTimeOffset? _brokenAt;
    private DateTimeOffset _usedAt = clock.GetUtcNow();

    public string ClientId => clientId;

    public bool IsInterleaved => isInterleaved;

    /// <summary>Whether it knows the prompts from before this door started.</summary>
    public bool IsLoaded { get; set; }

    public IReadOnlyList<DoorSocket> Sockets => _sockets;

    /// <summary>Prompts whose end has not been received.</summary>
    public IEnumerable<Guid> Unfinished => _timelines.Values.Where(s => s.EndedAt is null).Select(s => s.Id);

    /// <summary>Whether a prompt has begun whose end is still to be sent.</summary>
    public bool IsSending => _begun.Count > 0;

    /// <summary>Prompts that ran and have ended, but are still to be sent to connected sockets: another timeline comes first.</summary>
    public IEnumerable<Guid> Waiting => _sockets.Count == 0 || !IsSending ? [] : _begun.Where(s => s is { EndedAt: not null, HasRun: true }).Select(s => s.Id);

    /// <summary>Prompts whose end has not been written to every connected socket, whether received or not.</summary>
    public IEnumerable<Guid> Unreported
    {
        get
        {
            if (_sockets.Count == 0)
                return [];
            var since = clock.GetUtcNow() - MaxOnTheWay;
            _onTheWay.RemoveAll(o => o.At < since || o.Socket.HasWritten(o.Frame));
            return _timelines.Values.Where(s => !s.IsOver).Select(s => s.Id).Concat(_onTheWay.Select(o => o.Id));
        }
    }

    /// <summary>No socket is connected, and none has been for so long that the kept frames are useless.</summary>
    public bool IsForgotten(TimeSpan keep) => _sockets.Count == 0 && clock.GetUtcNow() - _usedAt > keep && !_timelines.Values.Any(s => s.EndedAt is null);

    public bool Knows(Guid id) => _timelines.ContainsKey(id);

    /// <summary>A prompt of this client is being submitted; nothing is sent about it until the submission has been answered.</summary>
    public void Expect(Guid id, bool isHeld)
    {
        _usedAt = clock.GetUtcNow();
        _timelines.TryAdd(id, new PromptTimeline(id) { IsHeld = isHeld });
    }

    /// <summary>The submission was answered: its frames may be sent.</summary>
    public void Release(Guid id)
    {
        if (!_timelines.TryGetValue(id, out var timeline))
            return;
        timeline.IsHeld = false;
        Write();
    }

    /// <summary>The submission was refused.</summary>
    public void Drop(Guid id)
    {
        if (_timelines.Remove(id, out var timeline))
            _begun.Remove(timeline);
    }

    /// <summary>Advances a timeline, and writes what is ready.</summary>
    public void Apply(Guid id, Action<PromptTimeline> change)
    {
        if (!_timelines.TryGetValue(id, out var timeline))
            return;
        change(timeline);
        if (timeline.HasBegun && !timeline.IsOver && !_begun.Contains(timeline))
            _begun.Add(timeline);
        Write();
    }

    /// <summary>Takes over a prompt that another door reported, or none did.</summary>
    public void Restore(Prompt prompt)
    {
        if (Knows(prompt.Id))
            return;
        Expect(prompt.Id, isHeld: false);
        var generation = prompt.Generation;
        Apply(prompt.Id, timeline =>
        {
            timeline.Resume(generation.StartedAt);
            if (generation.HasEnded)
                timeline.End(generation.Status, generation.Error, generation.Images, generation.EndedAt ?? generation.CreatedAt);
        });
    }

    /// <summary>A socket connects.</summary>
    public void Join(DoorSocket socket) => _sockets.Add(socket);

    /// <summary>Sends it its id, the state of its prompt, and everything not sent to anyone yet.</summary>
    public void Welcome(DoorSocket socket, int remaining)
    {
        socket.Send(ComfyFrames.Status(remaining, clientId));
        foreach (var timeline in _begun.Where(s => s is { WasReported: true, Node: not null }))
            socket.Send(ComfyFrames.Executing(timeline.Id.ToString(), timeline.Node));
        if (_sockets.Count == 1 && _brokenAt is { } broken)
        {
            // Ends may be sent twice, but never beginnings.
            foreach (var frame in _sent.Where(t => t.At >= broken - InFlight).SelectMany(t => t.Timeline.Ending))
                socket.Send(frame);
            _brokenAt = null;
        }

        Write();
    }

    public void Detach(DoorSocket socket)
    {
        _sockets.Remove(socket);
        _usedAt = clock.GetUtcNow();
        if (!socket.ClosedCleanly)
            _brokenAt = _usedAt;
    }

    /// <summary>Sends a frame to all sockets, outside of the timelines.</summary>
    public void Send(Frame frame)
    {
        foreach (var socket in _sockets)
            socket.Send(frame);
    }

    /// <summary>Discards what was sent long ago.</summary>
    public void Sweep(TimeSpan keep)
    {
        var before = clock.GetUtcNow() - keep;
        while (_sent.TryPeek(out var oldest) && oldest.At < before)
            _timelines.Remove(_sent.Dequeue().Timeline.Id);
        if (_sockets.Count > 0)
            return;
        foreach (var timeline in _begun.Where(s => s.EndedAt < before).ToList())
            Drop(timeline.Id);
    }

    private void Write()
    {
        if (_sockets.Count == 0)
            return;
        for (var i = 0; i < _begun.Count;)
        {
            var timeline = _begun[i];
            if (!timeline.IsHeld)
            {
                while (timeline.Next() is { } frame)
                    Send(frame);
                if (timeline.IsOver)
                {
                    _begun.RemoveAt(i);
                    var now = clock.GetUtcNow();
                    _sent.Enqueue((timeline, now));
                    _onTheWay.RemoveAll(o => o.Socket.HasWritten(o.Frame));
                    _onTheWay.AddRange(_sockets.Select(s => (timeline.Id, s, s.Sent, now)));
                    continue;
                }
            }

            // The next one is sent when this one has ended.
            if (!isInterleaved)
                return;
            i++;
        }
    }
}
