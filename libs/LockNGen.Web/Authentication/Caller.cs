using System.Globalization;
using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace LockNGen.Web.Authentication;

/// <summary>
/// The caller: the owner id of its generations, and what else it may see. An endpoint takes it as a parameter.
/// </summary>
public sealed record Caller
{
    /// <summary>The scope that may see and do everything.</summary>
    public const string AdminScope = "generations:admin";

    /// <summary>The scope that may submit with high priority.</summary>
    public const string PriorityScope = "generations:priority";

    /// <summary>The JWT's <c>sub</c>; without authentication, the session id that the client chose, if it sent one.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether it may see and do everything: has the scope <see cref="AdminScope"/>, or authentication is off.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>False while authentication is off: the owner id is then a filter, not a boundary.</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>All scopes of the token.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The <c>jti</c> of the token, by which it can be revoked.</summary>
    public string? TokenId { get; init; }

    /// <summary>When the token was issued.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>When the token expires, and with it every connection that it opened.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether it may submit with high priority.</summary>
    public bool MayHurry => IsAdmin || Scopes.Contains(PriorityScope);

    /// <summary>Whether it may see the generation of this owner when it asks for it by id.</summary>
    public bool MaySee(string? owner) => IsAdmin || (owner is not null && owner == Owner);

    /// <summary>
    /// Whether generations of this owner are among "all" that it lists: the same for authenticated callers; without authentication a
    /// session sees its own and those without an owner, and a caller without a session sees everything.
    /// </summary>
    public bool Lists(string? owner) =>
        IsAuthenticated ? MaySee(owner) : Owner is null || owner is null || owner == Owner;

    /// <summary>The caller of a request that passed authentication.</summary>
    public static Caller Of(HttpContext context) => Of(context.User);

    /// <summary>Lets endpoints take a <see cref="Caller"/> as a parameter.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) => new(Of(context));

    internal static Caller Of(ClaimsPrincipal user)
    {
        var scopes = user.Claims.Where(c => c.Type is "scope" or "scp").SelectMany(c => c.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var isAuthenticated = user.Identity is { IsAuthenticated: true, AuthenticationType: CallerAuthentication.TokenType };
        return new Caller
        {
            Owner = user.FindFirst("sub")?.Value,
            IsAuthenticated = isAuthenticated,
            IsAdmin = scopes.Contains(AdminScope) || user.Identity is { IsAuthenticated: true, AuthenticationType: CallerAuthentication.SessionType },
            Scopes = scopes,
            TokenId = user.FindFirst("jti")?.Value,
            IssuedAt = Time(user, "iat"),
            ExpiresAt = Time(user, "exp"),
        };
    }

    private static DateTimeOffset? Time(ClaimsPrincipal user, string claim) =>
        // RFC 7519 allows fractions of seconds, and some issuers write them.
        double.TryParse(user.FindFirst(claim)?.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > 0 and < 253_402_300_800 // the year 10000, where DateTimeOffset ends
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;
}
