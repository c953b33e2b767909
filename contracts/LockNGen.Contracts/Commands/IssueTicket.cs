namespace LockNGen.Contracts;

/// <summary>
/// Gateway to GenerationApi (request): a one-time ticket for this caller, so that a browser can open a WebSocket without a header or a
/// cookie. Answered by <see cref="IssuedTicket"/>; the API's database keeps it, so that any replica can redeem it, once.
/// </summary>
public sealed record IssueTicket
{
    /// <summary>The owner id (JWT <c>sub</c>) of the caller.</summary>
    public string? Owner { get; init; }

    /// <summary>The scopes of the caller's token.</summary>
    public IReadOnlyList<string> Scopes { get; init => field = value ?? []; } = [];

    /// <summary>The id (<c>jti</c>) of that token.</summary>
    public string? TokenId { get; init; }

    /// <summary>When that token was issued.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>When that token expires.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>GenerationApi to gateway: the answer to <see cref="IssueTicket"/>.</summary>
public sealed record IssuedTicket
{
    /// <summary>At least 128 random bits, URL-safe; shown once and stored as a hash.</summary>
    public required string Ticket { get; init; }

    /// <summary>30 seconds from now.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
