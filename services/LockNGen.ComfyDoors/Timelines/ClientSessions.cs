using LockNGen.ComfyDoors.Frames;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>The clients of one owner. A client has two sessions if some of its connections accept interleaved prompts. Guarded by its owner.</summary>
internal sealed class ClientSessions(TimeProvider clock)
{
    private readonly Dictionary<(string ClientId, bool IsInterleaved), ClientSession> _sessions = [];

    public bool IsEmpty => _sessions.Count == 0;

    /// <summary>Prompts whose end has not been received.</summary>
    public IEnumerable<Guid> Unfinished => _sessions.Values.SelectMany(s => s.Unfinished);

    /// <summary>Prompts of connected clients that have ended, but are still to be sent.</summary>
    public IEnumerable<Guid> Waiting => _sessions.Values.SelectMany(s => s.Waiting);

    /// <summary>Prompts of connected clients that have not been sent the end, whether received or not.</summary>
    public IEnumerable<Guid> Unreported => _sessions.Values.SelectMany(s => s.Unreported);

    /// <summary>The sessions of a client.</summary>
    public IEnumerable<ClientSession> Of(string? clientId)
    {
        if (clientId is null)
            yield break;
        if (_sessions.TryGetValue((clientId, false), out var inTurn))
            yield return inTurn;
        if (_sessions.TryGetValue((clientId, true), out var interleaved))
            yield return interleaved;
    }

    public ClientSession GetOrAdd(string clientId, bool isInterleaved)
    {
        if (!_sessions.TryGetValue((clientId, isInterleaved), out var session))
            _sessions.Add((clientId, isInterleaved), session = new ClientSession(clientId, isInterleaved, clock));
        return session;
    }

    /// <summary>Sends a frame to all clients with unfinished prompts.</summary>
    public void SendToUnfinished(Frame frame)
    {
        foreach (var session in _sessions.Values.Where(s => s.Unfinished.Any()))
            session.Send(frame);
    }

    /// <summary>Discards what no one will ask for any more.</summary>
    public void Sweep(TimeSpan keep)
    {
        foreach (var (key, session) in _sessions)
        {
            session.Sweep(keep);
            if (session.IsForgotten(keep))
                _sessions.Remove(key);
        }
    }
}
