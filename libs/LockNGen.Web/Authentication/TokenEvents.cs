using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;

namespace LockNGen.Web.Authentication;

/// <summary>
/// What JwtBearer leaves to us: the cookie, revocations, 503 instead of 401 while the issuer's keys are unavailable, and problem details.
/// </summary>
internal sealed partial class TokenEvents(RevocationList revocations, ILogger<TokenEvents> logger) : JwtBearerEvents
{
    public const string SessionCookie = "lockngen-session";
    private const string Bearer = "Bearer ";

    /// <summary>The token of a request: the header, which is always deliberate, takes precedence over the cookie.</summary>
    public static string? TokenOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { Length: > 0 } header && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..].Trim()
            : request.Cookies[SessionCookie];

    public override async Task MessageReceived(MessageReceivedContext context)
    {
        context.Token = TokenOf(context.Request);
        if (string.IsNullOrEmpty(context.Token))
        {
            context.NoResult();
            return;
        }

        // Three parts are a signed token. Five would be an encrypted one, which is never issued here, and whose decompression is an attack surface.
        if (context.Token.Length > TokenOptions.MaxLength || context.Token.AsSpan().Count('.') != 2)
        {
            context.Fail("The token is not a signed JWT.");
            return;
        }

        try
        {
            // JwtBearer itself would report keys that cannot be read as an invalid token.
            if (context.Options.ConfigurationManager is { } authority)
                await authority.GetConfigurationAsync(context.HttpContext.RequestAborted);
        }
        catch (InvalidOperationException e)
        {
            LogAuthorityUnreachable(context.Options.Authority!, e);
            context.Fail(new AuthorityUnreachableException("The token cannot be checked now: its issuer does not answer.", e));
        }
    }

    public override Task TokenValidated(TokenValidatedContext context)
    {
        // RFC 7515, 4.1.11: a token with critical headers that are not understood must be refused, and we understand none.
        if (context.SecurityToken is not JsonWebToken token || token.TryGetHeaderValue<object>("crit", out _))
            context.Fail("The token has critical headers that are not understood here.");
        else if (revocations.IsRevoked(Caller.Of(context.Principal!)))
            context.Fail("The token was revoked.");
        return Task.CompletedTask;
    }

    public override Task Challenge(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        var response = context.Response;
        if (context.AuthenticateFailure is AuthorityUnreachableException away)
        {
            response.Headers.RetryAfter = "5";
            return RefuseAsync(context.HttpContext, StatusCodes.Status503ServiceUnavailable, away.Message);
        }

        var failure = context.AuthenticateFailure is { } error ? Explain(error) : null;
        response.Headers.Append(HeaderNames.WWWAuthenticate, failure is null ? "Bearer" : $"Bearer error=\"invalid_token\", error_description=\"{failure}\"");
        return RefuseAsync(
            context.HttpContext, StatusCodes.Status401Unauthorized, failure ?? "Send a JWT as 'Authorization: Bearer ...', or sign in with POST /api/session.");
    }

    /// <summary>The library's messages repeat the token's content; only ours are shown.</summary>
    private static string Explain(Exception error) => error switch
    {
        SecurityTokenExpiredException or SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException =>
            "The token has expired, is not valid yet, or has no expiry.",
        SecurityTokenInvalidAudienceException => "The token is for another audience.",
        SecurityTokenInvalidIssuerException => "The token is from another issuer.",
        SecurityTokenException or ArgumentException => "The token's signature is not valid.",
        _ => error.Message,
    };

    private static Task RefuseAsync(HttpContext context, int status, string detail) => Problem.Of(status, detail).ExecuteAsync(context);

    [LoggerMessage(LogLevel.Error, "The keys of {Authority} cannot be read, so no token can be checked")]
    private partial void LogAuthorityUnreachable(string authority, Exception error);
}
