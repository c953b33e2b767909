using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>Which client submitted a prompt, and the events that wait until that is known. Guarded by its owner.</summary>
internal sealed class PromptClients
{
    /// <summary>Events that wait until their client is known, and ended prompts whose client is remembered.</summary>
    private const int MaxKept = 10_000;

    private readonly Dictionary<Guid, string?> _clients = [];
    private readonly Dictionary<Guid, List<GenerationEvent>> _unclaimed = [];
    private readonly Queue<Guid> _ended = new();

    /// <summary>The client of a prompt; null if it is not known, or there is none.</summary>
    public string? Of(Guid id) => _clients.GetValueOrDefault(id);

    /// <summary>Whether it is known who submitted a prompt: a client, or none.</summary>
    public bool TryGet(Guid id, out string? clientId) => _clients.TryGetValue(id, out clientId);

    public void Set(Guid id, string? clientId) => _clients[id] = clientId;

    public bool TryAdd(Guid id, string? clientId) => _clients.TryAdd(id, clientId);

    public void Remove(Guid id) => _clients.Remove(id);

    /// <summary>A prompt has ended: it is forgotten when enough others have.</summary>
    public void End(Guid id) => _ended.Enqueue(id);

    /// <summary>Keeps an event of a prompt whose client is not known.</summary>
    /// <returns>Whether it is the first one, so that the client must be looked up.</returns>
    public bool Keep(GenerationEvent message)
    {
        if (_unclaimed.TryGetValue(message.GenerationId, out var waiting))
        {
            if (waiting.Count < MaxKept)
                waiting.Add(message);
            return false;
        }

        if (_unclaimed.Count >= MaxKept)
            return false;
        _unclaimed[message.GenerationId] = [message];
        return true;
    }

    /// <summary>Removes the events that waited for a prompt's client.</summary>
    public IReadOnlyList<GenerationEvent> TakeKept(Guid id) => _unclaimed.Remove(id, out var waiting) ? waiting : [];

    /// <summary>Forgets prompts that ended long ago.</summary>
    public void Sweep()
    {
        while (_ended.Count > MaxKept)
            _clients.Remove(_ended.Dequeue());
    }
}
