using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Frames;
using LockNGen.ComfyDoors.Sockets;
using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using LockNGen.Web.Authentication;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>
/// Everything this door knows about one owner: the clients, their prompts, and how many of them are unfinished. One lock guards all of it; it is not held
/// during requests to the GenerationApi.
/// </summary>
internal sealed class OwnerState
{
    private readonly DoorOptions _options;
    private readonly TimeProvider _clock;
    private readonly OwnerPrompts _prompts;
    private readonly SharedRead<bool> _load;
    private readonly Lock _gate = new();
    private readonly ClientSessions _sessions;
    private readonly PromptClients _clients = new();
    private readonly QueueCount _count = new();
    private HashSet<ClientSession> _toLoad = [];
    private DateTimeOffset _usedAt;

    public OwnerState(DoorCaller caller, GenerationApiClient api, DoorOptions options, TimeProvider clock)
    {
        (_options, _clock, _usedAt) = (options, clock, clock.GetUtcNow());
        _prompts = new OwnerPrompts(api, caller);
        _load = new SharedRead<bool>(LoadAsync);
        _sessions = new ClientSessions(clock);
        History = new HistoryCache(clock);
    }

    public HistoryCache History { get; }

    /// <summary>No one is connected, and nothing needs to be kept.</summary>
    public bool IsForgotten
    {
        get
        {
            lock (_gate)
                return _count.Sockets.Count == 0 && _sessions.IsEmpty && _clock.GetUtcNow() - _usedAt > _options.KeepTimelines;
        }
    }

    /// <summary>Whether any client is connected, or has unfinished prompts.</summary>
    public bool IsWatched
    {
        get
        {
            lock (_gate)
                return _count.Sockets.Count > 0 || _sessions.Unfinished.Any();
        }
    }

    /// <summary>Prompts of connected clients that have not been sent the end, whether received or not.</summary>
    public IReadOnlySet<Guid> Unreported
    {
        get
        {
            lock (_gate)
                return _sessions.Unreported.ToHashSet();
        }
    }

    /// <summary>Remembers the newest credentials, for requests of its own.</summary>
    public void Use(DoorCaller caller)
    {
        _prompts.Use(caller);
        lock (_gate)
            _usedAt = _clock.GetUtcNow();
    }

    /// <summary>A prompt is about to be submitted: its events belong to this client.</summary>
    public void Expect(Guid id, string? clientId)
    {
        lock (_gate)
        {
            _clients.Set(id, clientId);
            if (clientId is not null)
                _sessions.GetOrAdd(clientId, isInterleaved: false);
            foreach (var session in _sessions.Of(clientId))
                session.Expect(id, isHeld: true);
        }
    }

    /// <summary>The submission was accepted.</summary>
    public void Accept(Guid id)
    {
        lock (_gate)
        {
            _count.Begin(id);
            Announce();
        }
    }

    /// <summary>The answer has been sent.</summary>
    public void Release(Guid id)
    {
        lock (_gate)
        {
            foreach (var session in _sessions.Of(_clients.Of(id)))
                session.Release(id);
            Announce();
        }
    }

    /// <summary>The submission was refused.</summary>
    public void Drop(Guid id)
    {
        lock (_gate)
        {
            foreach (var session in _sessions.Of(_clients.Of(id)))
                session.Drop(id);
            _clients.Remove(id);
        }
    }

    /// <summary>A socket connects. It is sent its id before anything else.</summary>
    public async Task<ClientSession> AttachAsync(DoorSocket socket, string clientId, bool isInterleaved, CancellationToken cancellationToken)
    {
        Use(socket.Caller);
        lock (_gate)
        {
            var session = _sessions.GetOrAdd(clientId, isInterleaved);
            if (session.IsLoaded)
                return Join(socket, session);
            _toLoad.Add(session);
        }

        // Clients reconnect by the hundreds when a door or their network is back, and they need the same answers.
        await _load.GetAsync(cancellationToken);
        lock (_gate)
            return Join(socket, _sessions.GetOrAdd(clientId, isInterleaved));
    }

    public void Detach(DoorSocket socket, ClientSession session)
    {
        lock (_gate)
        {
            _usedAt = _clock.GetUtcNow();
            _count.Remove(socket);
            session.Detach(socket);
            if (session.IsSending)
                Announce();
        }
    }

    /// <summary>Applies an event of one of the owner's generations.</summary>
    public void Take(GenerationEvent message)
    {
        lock (_gate)
        {
            var isEnd = GenerationEventTypes.IsTerminal(message.Type);
            if (isEnd)
                History.Clear();
            if (!Apply(message.GenerationId, timeline => timeline.Take(message)) && _clients.Keep(message))
                _ = FindClientAsync(message.GenerationId);
            if (!isEnd)
                return;
            _clients.End(message.GenerationId);
            _count.End(message.GenerationId);
            Announce();
        }
    }

    /// <summary>Applies a preview of a running node; one of an unknown prompt is no loss.</summary>
    public void Show(GenerationPreviewBytes preview)
    {
        lock (_gate)
            Apply(preview.GenerationId, timeline => timeline.Show(preview));
    }

    /// <summary>Ends the connections whose token is no longer valid.</summary>
    public void EndRevoked(RevocationList revocations)
    {
        lock (_gate)
        {
            foreach (var socket in _count.Sockets.Where(s => s.Caller.Identity is { } identity && revocations.IsRevoked(identity)))
                socket.End();
        }
    }

    /// <summary>Sends a sign of life to clients with unfinished prompts.</summary>
    public void Beat()
    {
        lock (_gate)
            _sessions.SendToUnfinished(ComfyFrames.Status(_count.Announced));
    }

    /// <summary>Compares the state here with the GenerationApi's: events may have been lost.</summary>
    public async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        List<Guid> before, open;
        lock (_gate)
            (before, open) = ([.. _count.Active], [.. _sessions.Unfinished.Distinct()]);
        var (active, ended) = await _prompts.CompareAsync(open, cancellationToken);
        lock (_gate)
        {
            foreach (var (id, generation) in ended.Select(p => (p.Id, p.Generation)))
            {
                History.Clear();
                Apply(id, timeline => timeline.End(generation.Status, generation.Error, generation.Images, generation.EndedAt ?? generation.CreatedAt));
            }

            _count.End(before.Except(active.Select(p => p.Id)));
            Restore(active);
            Announce();
        }
    }

    /// <summary>Discards what no one will ask for any more.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            _sessions.Sweep(_options.KeepTimelines);
            _clients.Sweep();
        }
    }

    /// <summary>Brings the sessions up to date that requested it before this begins.</summary>
    private async Task<bool> LoadAsync()
    {
        HashSet<ClientSession> sessions;
        lock (_gate)
            (sessions, _toLoad) = (_toLoad, []);
        var (active, ended) = await _prompts.CurrentAsync();
        lock (_gate)
        {
            // In the order in which they began.
            var prompts = ended.Concat(active).OrderBy(p => p.Generation.StartedAt ?? p.Generation.EndedAt).ToLookup(p => p.ClientId);
            foreach (var session in sessions.Where(s => !s.IsLoaded))
            {
                session.IsLoaded = true;
                foreach (var prompt in prompts[session.ClientId])
                    session.Restore(prompt);
            }

            Restore(active);
            Announce();
        }

        return true;
    }

    /// <summary>Looks up the client of a prompt submitted through another door, or without one.</summary>
    private async Task FindClientAsync(Guid id)
    {
        var prompt = await _prompts.FindAsync(id);
        lock (_gate)
        {
            var kept = _clients.TakeKept(id);
            _clients.TryAdd(id, prompt?.ClientId);
            if (prompt is null)
            {
                _clients.End(id);
                return;
            }

            foreach (var session in _sessions.Of(prompt.ClientId))
            {
                // A beginning before the first event received here was reported by another door.
                if (kept is [GenerationQueued or GenerationStarted, ..])
                    session.Expect(id, isHeld: false);
                else
                    session.Restore(prompt);
                foreach (var message in kept)
                    session.Apply(id, timeline => timeline.Take(message));
            }

            if (prompt.Generation.HasEnded)
                _clients.End(id);
            else
                _count.Begin(id);
            Announce();
        }
    }

    // Everything below is called under the lock.

    private ClientSession Join(DoorSocket socket, ClientSession session)
    {
        // An ended prompt counts as unfinished while its end is still to be sent to a connected client, so the number may change when a client connects.
        var isSending = session.IsSending;
        session.Join(socket);
        if (isSending)
            Announce();
        _count.Add(socket);
        session.Welcome(socket, _count.Announced);
        if (isSending)
            Announce();
        return session;
    }

    /// <summary>Takes over active prompts whose client was not known.</summary>
    private void Restore(IReadOnlyList<Prompt> active)
    {
        foreach (var prompt in active)
        {
            _count.Begin(prompt.Id);
            if (!_clients.TryAdd(prompt.Id, prompt.ClientId))
                continue;
            foreach (var session in _sessions.Of(prompt.ClientId))
                session.Restore(prompt);
        }
    }

    /// <summary>Advances the timelines of a prompt; false if its client is not known.</summary>
    private bool Apply(Guid id, Action<PromptTimeline> change)
    {
        if (!_clients.TryGet(id, out var client))
            return false;
        foreach (var session in _sessions.Of(client))
            session.Apply(id, change);
        return true;
    }

    private void Announce() => _count.Announce(_sessions.Waiting);
}
