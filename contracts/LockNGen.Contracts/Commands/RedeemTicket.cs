using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Gateway to GenerationApi (request): is this one-time ticket valid? Redeems it. Answered by <see cref="TicketAnswer"/>.</summary>
public sealed record RedeemTicket
{
    /// <summary>The ticket as the client sent it.</summary>
    public required string Ticket { get; init; }
}

/// <summary>GenerationApi to gateway: the answer to <see cref="RedeemTicket"/>.</summary>
public sealed record TicketAnswer
{
    /// <summary>Whether the ticket was valid; it cannot be used again.</summary>
    public required bool Valid { get; init; }

    /// <summary>The owner id (JWT <c>sub</c>) that it was issued to.</summary>
    public string? Owner { get; init; }

    /// <summary>The scopes of the token it was issued for.</summary>
    public IReadOnlyList<string> Scopes { get; init => field = value ?? []; } = [];

    /// <summary>The id (<c>jti</c>) of that token, for revocation.</summary>
    public string? TokenId { get; init; }

    /// <summary>When that token was issued, for revocation of all older ones.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>When that token expires, and with it the connection.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? ExpiresAt { get; init; }
}
