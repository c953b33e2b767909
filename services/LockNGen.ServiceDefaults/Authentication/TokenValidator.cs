using System.Security.Claims;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace LockNGen.ServiceDefaults.Authentication;

/// <summary>Checks JWTs: signature, issuer, audience, time. Keys come from the authority's discovery document, or from the options.</summary>
internal sealed partial class TokenValidator(IOptions<AuthOptions> options, TimeProvider time, ILogger<TokenValidator> logger)
{
    /// <summary>No honest token is longer, and a longer one does not fit a cookie anyway.</summary>
    private const int MaxLength = 8 * 1024;

    private static readonly string[] SharedKeyAlgorithms =
        [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512];

    private static readonly string[] PublicKeyAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxLength };
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _authority = AuthorityOf(options.Value);

    /// <summary>The identity of a good token, or why it is not good (safe to show).</summary>
    /// <exception cref="AuthorityUnreachableException">Nobody can tell now: the authority's keys are not known and cannot be read.</exception>
    public async Task<(ClaimsIdentity? Identity, string? Error)> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        // Three parts are a signed token. Five would be an encrypted one, which nobody issues here and whose decompression is an attack surface.
        if (token.Length > MaxLength || token.AsSpan().Count('.') != 2)
            return (null, "The token is not a signed JWT.");

        var result = await _handler.ValidateTokenAsync(token, await ParametersAsync(cancellationToken));
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException && _authority is not null)
        {
            // The issuer has rolled its keys, or the token is not from it at all: the manager fetches them again, but not for every such token.
            _authority.RequestRefresh();
            result = await _handler.ValidateTokenAsync(token, await ParametersAsync(cancellationToken));
        }

        return result.IsValid
            ? (new ClaimsIdentity(result.ClaimsIdentity.Claims, CallerAuthentication.TokenType, "sub", "role"), null)
            : (null, Explain(result.Exception));
    }

    private static string Explain(Exception? error) => error switch
    {
        SecurityTokenExpiredException or SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException =>
            "The token has expired, is not valid yet, or has no expiry.",
        SecurityTokenInvalidAudienceException => "The token is for another audience.",
        SecurityTokenInvalidIssuerException => "The token is from another issuer.",
        _ => "The token's signature is not valid.",
    };

    private static ConfigurationManager<OpenIdConnectConfiguration>? AuthorityOf(AuthOptions options) =>
        string.IsNullOrWhiteSpace(options.Authority)
            ? null
            : new ConfigurationManager<OpenIdConnectConfiguration>(
                options.Authority.TrimEnd('/') + "/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever(new HttpClient { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = 1 << 20 })
                {
                    RequireHttps = !new Uri(options.Authority).IsLoopback,
                })
            {
                RefreshInterval = options.KeyRefresh,
            };

    private async Task<TokenValidationParameters> ParametersAsync(CancellationToken cancellationToken)
    {
        var auth = options.Value;
        var parameters = new TokenValidationParameters
        {
            ValidateAudience = !string.IsNullOrWhiteSpace(auth.Audience),
            ValidAudience = auth.Audience,
            LifetimeValidator = IsCurrent,
        };
        if (_authority is null)
        {
            parameters.ValidAlgorithms = SharedKeyAlgorithms;
            parameters.IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(auth.SigningKey!));
            parameters.ValidateIssuer = !string.IsNullOrWhiteSpace(auth.Issuer);
            parameters.ValidIssuer = auth.Issuer;
            return parameters;
        }

        var configuration = await ConfigurationAsync(_authority, cancellationToken);
        parameters.ValidAlgorithms = PublicKeyAlgorithms;
        parameters.IssuerSigningKeys = configuration.SigningKeys;
        parameters.ValidIssuer = configuration.Issuer;
        return parameters;
    }

    private async Task<OpenIdConnectConfiguration> ConfigurationAsync(
        ConfigurationManager<OpenIdConnectConfiguration> authority, CancellationToken cancellationToken)
    {
        try
        {
            return await authority.GetConfigurationAsync(cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            LogAuthorityUnreachable(options.Value.Authority!, e);
            throw new AuthorityUnreachableException("The token cannot be checked now: its issuer does not answer.", e);
        }
    }

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var skew = options.Value.ClockSkew;
        // The skew goes to this side of the comparison: a token without nbf comes as DateTime.MinValue, from which nothing can be taken away.
        return expires is { } end && end > now - skew && (notBefore is not { } start || start <= now + skew);
    }

    [LoggerMessage(LogLevel.Error, "The keys of {Authority} cannot be read, so no token can be checked")]
    private partial void LogAuthorityUnreachable(string authority, Exception error);
}
