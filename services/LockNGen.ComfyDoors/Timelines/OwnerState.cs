using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Frames;
using LockNGen.ComfyDoors.Sockets;
using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using LockNGen.Web.Authentication;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>Everything this door knows about one owner: the clients, their prompts, and how many of them are unfinished.</summary>
internal sealed class OwnerState
{
    /// <summary>A client that connects to a door that has just started may have been disconnected when its prompts ended.</summary>
    private static readonly TimeSpan Recently = TimeSpan.FromMinutes(2);

    /// <summary>Events that wait until their client is known.</summary>
    private const int MaxWaiting = 10_000;

    private readonly GenerationApiClient _api;
    private readonly DoorOptions _options;
    private readonly TimeProvider _clock;
    private readonly SharedRead<PromptList> _load;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string ClientId, bool IsInterleaved), ClientSession> _sessions = [];
    private readonly Dictionary<Guid, string?> _clients = [];
    private readonly Dictionary<Guid, List<GenerationEvent>> _unknown = [];
    private readonly Queue<Guid> _ended = new();
    private readonly HashSet<Guid> _active = [];
    private readonly HashSet<DoorSocket> _sockets = [];
    private HashSet<ClientSession> _toLoad = [];
    private DoorCaller _caller;
    private DateTimeOffset _usedAt;
    private int _announced;

    public OwnerState(DoorCaller caller, GenerationApiClient api, DoorOptions options, TimeProvider clock)
    {
        (_api, _options, _clock, _caller, _usedAt) = (api, options, clock, caller, clock.GetUtcNow());
        _load = new SharedRead<PromptList>(LoadAsync);
    }

    /// <summary>Increases with every change of the history.</summary>
    public int HistoryVersion { get; private set; }

    /// <summary>The last answer about it.</summary>
    public (int Version, DateTimeOffset At, byte[] Json)? History { get; set; }

    /// <summary>No one is connected, and nothing needs to be kept.</summary>
    public bool IsForgotten
    {
        get
        {
            lock (_gate)
                return _sockets.Count == 0 && _sessions.Count == 0 && _clock.GetUtcNow() - _usedAt > _options.KeepTimelines;
        }
    }

    /// <summary>Whether any client is connected, or has unfinished prompts.</summary>
    public bool IsWatched
    {
        get
        {
            lock (_gate)
                return _sockets.Count > 0 || _sessions.Values.Any(s => s.Unfinished.Any());
        }
    }

    /// <summary>Prompts of connected clients that have not been sent the end, whether received or not.</summary>
    public IReadOnlySet<Guid> Unreported
    {
        get
        {
            lock (_gate)
                return _sessions.Values.SelectMany(s => s.Unreported).ToHashSet();
        }
    }

    /// <summary>Remembers the newest credentials, for requests of its own.</summary>
    public void Use(DoorCaller caller)
    {
        lock (_gate)
            (_caller, _usedAt) = (caller, _clock.GetUtcNow());
    }

    /// <summary>A prompt is about to be submitted: its events belong to this client.</summary>
    public void Expect(Guid id, string? clientId)
    {
        lock (_gate)
        {
            _clients[id] = clientId;
            if (clientId is not null)
                SessionOf(clientId, isInterleaved: false).Expect(id, isHeld: true);
            foreach (var other in SessionsOf(clientId))
                other.Expect(id, isHeld: true);
        }
    }

    /// <summary>The submission was accepted.</summary>
    public void Accept(Guid id)
    {
        lock (_gate)
        {
            _active.Add(id);
            Announce();
        }
    }

    /// <summary>The answer has been sent.</summary>
    public void Release(Guid id)
    {
        lock (_gate)
        {
            foreach (var session in SessionsOf(_clients.GetValueOrDefault(id)))
                session.Release(id);
            Announce();
        }
    }

    /// <summary>The submission was refused.</summary>
    public void Drop(Guid id)
    {
        lock (_gate)
        {
            foreach (var session in SessionsOf(_clients.GetValueOrDefault(id)))
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
            var session = SessionOf(clientId, isInterleaved);
            if (session.IsLoaded)
                return Join(socket, session);
            _toLoad.Add(session);
        }

        // Clients reconnect by the hundreds when a door or their network is back, and they need the same answers.
        await _load.GetAsync(cancellationToken);
        lock (_gate)
            return Join(socket, SessionOf(clientId, isInterleaved));
    }

    public void Detach(DoorSocket socket, ClientSession session)
    {
        lock (_gate)
        {
            _usedAt = _clock.GetUtcNow();
            _sockets.Remove(socket);
            session.Detach(socket);
            if (session.IsTelling)
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
                HistoryVersion++;
            if (!Apply(message.GenerationId, timeline => timeline.Take(message)))
                Wait(message);
            if (!isEnd)
                return;
            _ended.Enqueue(message.GenerationId);
            _active.Remove(message.GenerationId);
            Announce();
        }
    }

    /// <summary>Applies a preview of a running node; one of an unknown prompt is no loss.</summary>
    public void Show(GenerationPreviewBytes preview)
    {
        lock (_gate)
        {
            foreach (var session in SessionsOf(_clients.GetValueOrDefault(preview.GenerationId)))
                session.Apply(preview.GenerationId, timeline => timeline.Show(preview));
        }
    }

    /// <summary>The history has changed.</summary>
    public void Forget()
    {
        lock (_gate)
            HistoryVersion++;
    }

    /// <summary>Ends the connections whose token is no longer valid.</summary>
    public void EndRevoked(RevocationList revocations)
    {
        lock (_gate)
        {
            foreach (var socket in _sockets.Where(s => s.Caller.Identity is { } identity && revocations.IsRevoked(identity)))
                socket.End();
        }
    }

    /// <summary>Sends a sign of life to clients with unfinished prompts.</summary>
    public void Beat()
    {
        lock (_gate)
        {
            foreach (var session in _sessions.Values.Where(s => s.Unfinished.Any()))
                session.Send(ComfyFrames.Status(_announced));
        }
    }

    /// <summary>Compares the state here with the GenerationApi's: events may have been lost.</summary>
    public async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        List<Guid> before, open;
        DoorCaller asker;
        lock (_gate)
        {
            (before, asker) = ([.. _active], _caller);
            open = [.. _sessions.Values.SelectMany(s => s.Unfinished).Distinct()];
        }

        var active = (await _api.ActiveAsync(asker, full: false, cancellationToken)).Items;
        var ended = new List<Prompt>();
        foreach (var id in open.Except(active.Select(p => p.Id)))
        {
            if (await _api.FindAsync(asker, id, full: false, cancellationToken) is { Generation.HasEnded: true } prompt)
                ended.Add(prompt);
        }

        lock (_gate)
        {
            foreach (var prompt in ended)
            {
                HistoryVersion++;
                var generation = prompt.Generation;
                Apply(prompt.Id, timeline => timeline.End(generation.Status, generation.Error, generation.Images, generation.EndedAt ?? generation.CreatedAt));
            }

            _active.ExceptWith(before.Except(active.Select(p => p.Id)));
            Know(active);
            Announce();
        }
    }

    /// <summary>Discards what no one will ask for any more.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            foreach (var (key, session) in _sessions)
            {
                session.Sweep(_options.KeepTimelines);
                if (session.IsForgotten(_options.KeepTimelines))
                    _sessions.Remove(key);
            }

            while (_ended.Count > MaxWaiting)
                _clients.Remove(_ended.Dequeue());
        }
    }

    /// <summary>Brings the sessions up to date that requested it before this begins.</summary>
    private async Task<PromptList> LoadAsync()
    {
        HashSet<ClientSession> sessions;
        lock (_gate)
            (sessions, _toLoad) = (_toLoad, []);
        var active = await _api.ActiveAsync(_caller, full: false, CancellationToken.None);
        var ended = await _api.EndedWithinAsync(_caller, Recently, CancellationToken.None);
        lock (_gate)
        {
            // In the order in which they began.
            var prompts = ended.Items.Concat(active.Items).OrderBy(p => p.Generation.StartedAt ?? p.Generation.EndedAt).ToLookup(p => p.ClientId);
            foreach (var session in sessions.Where(s => !s.IsLoaded))
            {
                session.IsLoaded = true;
                foreach (var prompt in prompts[session.ClientId])
                    session.Restore(prompt);
            }

            Know(active.Items);
            Announce();
        }

        return active;
    }

    private ClientSession Join(DoorSocket socket, ClientSession session)
    {
        // An ended prompt counts as unfinished while its end is still to be sent to a connected client, so the number may change when a client connects.
        var isTelling = session.IsTelling;
        session.Join(socket);
        if (isTelling)
            Announce();
        _sockets.Add(socket);
        session.Welcome(socket, _announced);
        if (isTelling)
            Announce();
        return session;
    }

    private void Know(IReadOnlyList<Prompt> active)
    {
        foreach (var prompt in active)
        {
            _active.Add(prompt.Id);
            if (!_clients.TryAdd(prompt.Id, prompt.ClientId))
                continue;
            foreach (var session in SessionsOf(prompt.ClientId))
                session.Restore(prompt);
        }
    }

    /// <summary>Advances the timelines of a prompt; false if its client is not known.</summary>
    private bool Apply(Guid id, Action<PromptTimeline> change)
    {
        if (!_clients.TryGetValue(id, out var client))
            return false;
        foreach (var session in SessionsOf(client))
            session.Apply(id, change);
        return true;
    }

    /// <summary>Keeps an event until its client is known.</summary>
    private void Wait(GenerationEvent message)
    {
        if (_unknown.TryGetValue(message.GenerationId, out var waiting))
        {
            if (waiting.Count < MaxWaiting)
                waiting.Add(message);
        }
        else if (_unknown.Count < MaxWaiting)
        {
            _unknown[message.GenerationId] = [message];
            _ = AskAsync(message.GenerationId);
        }
    }

    /// <summary>Looks up the client of a prompt submitted through another door, or without one.</summary>
    private async Task AskAsync(Guid id)
    {
        Prompt? prompt = null;
        try
        {
            prompt = await _api.FindAsync(_caller, id, full: false, CancellationToken.None);
        }
        catch (ApiException)
        {
            // The comparison with the GenerationApi finds it later.
        }

        lock (_gate)
        {
            _unknown.Remove(id, out var waiting);
            _clients.TryAdd(id, prompt?.ClientId);
            if (prompt is null)
            {
                _ended.Enqueue(id);
                return;
            }

            var isWhole = waiting is [GenerationQueued or GenerationStarted, ..];
            foreach (var session in SessionsOf(prompt.ClientId))
            {
                // A beginning before the first event received here was reported by another door.
                if (isWhole)
                    session.Expect(id, isHeld: false);
                else
                    session.Restore(prompt);
                foreach (var message in waiting ?? [])
                    session.Apply(id, timeline => timeline.Take(message));
            }

            if (prompt.Generation.HasEnded)
                _ended.Enqueue(id);
            else
                _active.Add(id);
            Announce();
        }
    }

    /// <summary>Sends everyone the number of unfinished prompts, if it has changed: as many as /queue lists.</summary>
    private void Announce()
    {
        var remaining = _active.Count + _sessions.Values.SelectMany(s => s.Waiting).Distinct().Count(id => !_active.Contains(id));
        if (remaining == _announced)
            return;
        _announced = remaining;
        var frame = ComfyFrames.Status(remaining);
        foreach (var socket in _sockets)
            socket.Send(frame);
    }

    private IEnumerable<ClientSession> SessionsOf(string? clientId)
    {
        if (clientId is null)
            yield break;
        if (_sessions.TryGetValue((clientId, false), out var inTurn))
            yield return inTurn;
        if (_sessions.TryGetValue((clientId, true), out var interleaved))
            yield return interleaved;
    }

    private ClientSession SessionOf(string clientId, bool isInterleaved)
    {
        if (!_sessions.TryGetValue((clientId, isInterleaved), out var session))
            _sessions.Add((clientId, isInterleaved), session = new ClientSession(clientId, isInterleaved, _clock));
        return session;
    }
}
