using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// GenerationApi to all gateways (published to the fanout exchange <see cref="Exchange"/>): end the open connections of this token or subject.
/// </summary>
public sealed record TokenRevoked
{
    /// <summary>The exchange that carries it.</summary>
    public const string Exchange = "auth.token-revoked";

    /// <summary>The <c>jti</c> that is revoked; null if all tokens of <see cref="Subject"/> are revoked.</summary>
    public string? TokenId { get; init; }

    /// <summary>The <c>sub</c> whose tokens are revoked; null if only <see cref="TokenId"/> is revoked.</summary>
    public string? Subject { get; init; }

    /// <summary>Tokens issued before this time are invalid.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset At { get; init; }
}
