using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace LockNGen.Web.Authentication;

/// <summary>What makes a JWT valid: signature, issuer, audience, time. Keys come from the authority's discovery document, or from the options.</summary>
internal sealed class TokenOptions(IOptions<AuthOptions> auth, TimeProvider clock) : IConfigureNamedOptions<JwtBearerOptions>
{
    /// <summary>Real tokens are shorter, and a longer one does not fit into a cookie anyway.</summary>
    public const int MaxLength = 8 * 1024;

    private static readonly string[] SharedKeyAlgorithms =
        [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512];

    private static readonly string[] PublicKeyAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public void Configure(JwtBearerOptions options)
    {
    }

    public void Configure(string? name, JwtBearerOptions options)
    {
        var settings = auth.Value;
        if (name != CallerAuthentication.TokenType || !settings.IsOn)
            return;

        options.EventsType = typeof(TokenEvents);
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(new JsonWebTokenHandler { MaximumTokenSizeInBytes = MaxLength, MapInboundClaims = false });
        var parameters = options.TokenValidationParameters;
        parameters.AuthenticationType = CallerAuthentication.TokenType;
        parameters.NameClaimType = "sub";
        parameters.RoleClaimType = "role";
        parameters.LifetimeValidator = IsCurrent;
        parameters.ValidateAudience = !string.IsNullOrWhiteSpace(settings.Audience);
        parameters.ValidAudience = settings.Audience;
        if (string.IsNullOrWhiteSpace(settings.Authority))
        {
            parameters.ValidAlgorithms = SharedKeyAlgorithms;
            parameters.IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(settings.SigningKey!));
            parameters.ValidateIssuer = !string.IsNullOrWhiteSpace(settings.Issuer);
            parameters.ValidIssuer = settings.Issuer;
            return;
        }

        parameters.ValidAlgorithms = PublicKeyAlgorithms;
        options.Authority = settings.Authority;
        options.RequireHttpsMetadata = !new Uri(settings.Authority).IsLoopback;
        options.BackchannelTimeout = TimeSpan.FromSeconds(10);
        options.RefreshInterval = settings.KeyRefresh;
    }

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var skew = auth.Value.ClockSkew;
        // The skew is on this side of the comparison: a token without nbf has DateTime.MinValue, from which nothing can be subtracted.
        return expires is { } end && end > now - skew
            && (notBefore is not { } start || start <= now + skew)
            && token is JsonWebToken jwt && jwt.IssuedAt <= now + skew;
    }
}
