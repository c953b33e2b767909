using LockNGen.Contracts;

namespace LockNGen.Web.Authentication;

/// <summary>
/// The revocations that this process knows. Services add those that <see cref="TokenRevoked"/> announces, and those that the GenerationApi's database
/// still holds (<see cref="RevocationPoll"/>).
/// </summary>
public sealed class RevocationList
{
    /// <summary>A bound, not a target: beyond it the oldest are dropped.</summary>
    private const int Capacity = 100_000;

    private readonly Lock _gate = new();
    private readonly Queue<(bool IsToken, string Id)> _order = new();
    private readonly Dictionary<string, DateTimeOffset> _tokens = [];
    private readonly Dictionary<string, DateTimeOffset> _subjects = [];
    private bool _isKnown;

    /// <summary>Whether revocations from before this process started have been added.</summary>
    public bool IsKnown { get => Volatile.Read(ref _isKnown); set => Volatile.Write(ref _isKnown, value); }

    /// <summary>Raised when a new revocation was added: connections may have to be closed.</summary>
    public event EventHandler? Changed;

    /// <summary>Adds revocations; repeating them is harmless.</summary>
    public void Add(params IEnumerable<TokenRevoked> revocations)
    {
        var isNews = false;
        lock (_gate)
        {
            foreach (var revocation in revocations)
            {
                if (revocation.TokenId is { } token)
                    isNews |= Add(_tokens, isToken: true, token, revocation.At);
                if (revocation.Subject is { } subject)
                    isNews |= Add(_subjects, isToken: false, subject, revocation.At);
            }
        }

        if (isNews)
            Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Whether the caller's token was revoked, by its own id or with all tokens that its subject had by then.</summary>
    public bool IsRevoked(Caller caller)
    {
        if (!caller.IsAuthenticated)
            return false;
        lock (_gate)
        {
            return (caller.TokenId is { } token && _tokens.ContainsKey(token))
                || (caller.Owner is { } subject && _subjects.TryGetValue(subject, out var at)
                    && (caller.IssuedAt is not { } issued || issued <= at));
        }
    }

    private bool Add(Dictionary<string, DateTimeOffset> revoked, bool isToken, string id, DateTimeOffset at)
    {
        if (revoked.TryGetValue(id, out var known))
        {
            revoked[id] = at > known ? at : known;
            return at > known;
        }

        if (_order.Count == Capacity)
        {
            var oldest = _order.Dequeue();
            (oldest.IsToken ? _tokens : _subjects).Remove(oldest.Id);
        }

        _order.Enqueue((isToken, id));
        revoked[id] = at;
        return true;
    }
}
