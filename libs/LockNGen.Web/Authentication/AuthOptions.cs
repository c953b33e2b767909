using System.ComponentModel.DataAnnotations;

namespace LockNGen.Web.Authentication;

/// <summary>Who may call. Section <c>Auth</c>; off unless <see cref="Authority"/> or <see cref="SigningKey"/> is set.</summary>
public sealed class AuthOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Auth";

    /// <summary>Address of the OpenID Connect issuer whose published keys sign the tokens; https unless it is on this machine.</summary>
    public string? Authority { get; set; }

    /// <summary>
    /// The <c>aud</c> that tokens must carry. Required with <see cref="Authority"/>: otherwise a token that the issuer made for any other
    /// application would be accepted here.
    /// </summary>
    public string? Audience { get; set; }

    /// <summary>Shared secret of HMAC-signed tokens (HS256, HS384, HS512), at least 32 bytes of UTF-8. Instead of <see cref="Authority"/>.</summary>
    public string? SigningKey { get; set; }

    /// <summary>With <see cref="SigningKey"/>: the <c>iss</c> that tokens must carry; any if unset.</summary>
    public string? Issuer { get; set; }

    /// <summary>How far the clocks of issuer and service may differ. Default 30 seconds, at most 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// With <see cref="Authority"/>: how often, at most, a token signed with an unknown key triggers fetching the published keys again. Default 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeyRefresh { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether tokens are required at all.</summary>
    public bool IsOn => !string.IsNullOrWhiteSpace(Authority) || !string.IsNullOrWhiteSpace(SigningKey);
}
