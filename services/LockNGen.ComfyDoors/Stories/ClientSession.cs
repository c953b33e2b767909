using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Frames;
using LockNGen.ComfyDoors.Sockets;

namespace LockNGen.ComfyDoors.Stories;

/// <summary>
/// What one client id is told. ComfyUI runs one prompt at a time, and its clients count on it; a farm runs several. So the stories of a client's
/// prompts are told one after the other, in the order in which they began: what runs beside is told afterwards, from memory. Guarded by its desk.
/// </summary>
/// <param name="clientId">ComfyUI's client id.</param>
/// <param name="isInterleaved">The client can take frames of several prompts as they come.</param>
/// <param name="clock">The time.</param>
internal sealed class ClientSession(string clientId, bool isInterleaved, TimeProvider clock)
{
    /// <summary>What was written so shortly before a connection broke may not have arrived.</summary>
    private static readonly TimeSpan InFlight = TimeSpan.FromSeconds(5);

    private readonly List<DoorSocket> _sockets = [];
    private readonly Dictionary<Guid, Story> _stories = [];
    private readonly List<Story> _begun = [];
    private readonly Queue<(Story Story, DateTimeOffset At)> _told = [];
    private DateTimeOffset? _brokenAt;
    private DateTimeOffset _usedAt = clock.GetUtcNow();

    public string ClientId => clientId;

    public bool IsInterleaved => isInterleaved;

    /// <summary>Whether it knows what was there before this door.</summary>
    public bool IsLoaded { get; set; }

    public IReadOnlyList<DoorSocket> Sockets => _sockets;

    /// <summary>Those of which no end has come.</summary>
    public IEnumerable<Guid> Unfinished => _stories.Values.Where(s => s.EndedAt is null).Select(s => s.Id);

    /// <summary>Nobody listens, and nobody has for so long that what was kept is of no use.</summary>
    public bool IsForgotten(TimeSpan keep) => _sockets.Count == 0 && clock.GetUtcNow() - _usedAt > keep && !_stories.Values.Any(s => s.EndedAt is null);

    public bool Knows(Guid id) => _stories.ContainsKey(id);

    /// <summary>A prompt of this client is on its way; it is told once its submission was answered.</summary>
    public void Expect(Guid id, bool isHeld)
    {
        _usedAt = clock.GetUtcNow();
        _stories.TryAdd(id, new Story(id) { IsHeld = isHeld });
    }

    /// <summary>It was answered: it may be told.</summary>
    public void Release(Guid id)
    {
        if (!_stories.TryGetValue(id, out var story))
            return;
        story.IsHeld = false;
        Write();
    }

    /// <summary>It was refused.</summary>
    public void Drop(Guid id)
    {
        if (_stories.Remove(id, out var story))
            _begun.Remove(story);
    }

    /// <summary>Lets a story go on, and writes what there is to write.</summary>
    public void Apply(Guid id, Action<Story> change)
    {
        if (!_stories.TryGetValue(id, out var story))
            return;
        change(story);
        if (story.HasBegun && !story.IsOver && !_begun.Contains(story))
            _begun.Add(story);
        Write();
    }

    /// <summary>Takes over a prompt of which another door told, or nobody.</summary>
    public void Restore(Prompt prompt)
    {
        if (Knows(prompt.Id))
            return;
        Expect(prompt.Id, isHeld: false);
        var generation = prompt.Generation;
        Apply(prompt.Id, story =>
        {
            story.Resume(generation.StartedAt);
            if (generation.HasEnded)
                story.End(generation.Status, generation.Error, generation.Images, generation.EndedAt ?? generation.CreatedAt);
        });
    }

    /// <summary>A socket comes: it is told its id, where the story is, and what nobody was told yet.</summary>
    public void Attach(DoorSocket socket, int remaining)
    {
        socket.Send(ComfyFrames.Status(remaining, clientId));
        foreach (var story in _begun.Where(s => s is { WasTold: true, Node: not null }))
            socket.Send(ComfyFrames.Executing(story.Id.ToString(), story.Node));
        if (_sockets.Count == 0 && _brokenAt is { } broken)
        {
            // Ends may be told twice, but never beginnings.
            foreach (var frame in _told.Where(t => t.At >= broken - InFlight).SelectMany(t => t.Story.Ending))
                socket.Send(frame);
            _brokenAt = null;
        }

        _sockets.Add(socket);
        Write();
    }

    public void Detach(DoorSocket socket)
    {
        _sockets.Remove(socket);
        _usedAt = clock.GetUtcNow();
        if (!socket.ClosedCleanly)
            _brokenAt = _usedAt;
    }

    /// <summary>Sends a frame to all sockets, beside the stories.</summary>
    public void Send(Frame frame)
    {
        foreach (var socket in _sockets)
            socket.Send(frame);
    }

    /// <summary>Forgets what was told long ago.</summary>
    public void Sweep(TimeSpan keep)
    {
        var before = clock.GetUtcNow() - keep;
        while (_told.TryPeek(out var oldest) && oldest.At < before)
            _stories.Remove(_told.Dequeue().Story.Id);
        if (_sockets.Count > 0)
            return;
        foreach (var story in _begun.Where(s => s.EndedAt < before).ToList())
            Drop(story.Id);
    }

    private void Write()
    {
        if (_sockets.Count == 0)
            return;
        for (var i = 0; i < _begun.Count;)
        {
            var story = _begun[i];
            if (!story.IsHeld)
            {
                while (story.Next() is { } frame)
                    Send(frame);
                if (story.IsOver)
                {
                    _begun.RemoveAt(i);
                    _told.Enqueue((story, clock.GetUtcNow()));
                    continue;
                }
            }

            // The next one is told when this one has ended.
            if (!isInterleaved)
                return;
            i++;
        }
    }
}
