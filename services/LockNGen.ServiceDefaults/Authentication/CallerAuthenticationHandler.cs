using System.Buffers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace LockNGen.ServiceDefaults.Authentication;

internal sealed class CallerAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemeOptions,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    IOptions<AuthOptions> options,
    TokenValidator tokens,
    RevocationList revocations)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemeOptions, loggers, encoder)
{
    public const string SessionCookie = "lockngen-session";
    private const string SessionHeader = "X-Session-Id";
    private const string SessionQuery = "sessionId";
    private const string Bearer = "Bearer ";
    private const int MaxSessionLength = 128;

    private static readonly SearchValues<char> SessionCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:@");

    /// <summary>The token of a request: the header, which is always deliberate, goes before the cookie.</summary>
    public static string? TokenOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { Length: > 0 } header && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..].Trim()
            : request.Cookies[SessionCookie];

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!options.Value.IsOn)
            return Session();
        if (TokenOf(Request) is not { Length: > 0 } token)
            return AuthenticateResult.NoResult();

        try
        {
            var (identity, error) = await tokens.ValidateAsync(token, Context.RequestAborted);
            return identity is null ? AuthenticateResult.Fail(error!) : Accept(new ClaimsPrincipal(identity));
        }
        catch (AuthorityUnreachableException e)
        {
            return AuthenticateResult.Fail(e);
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var error = (await HandleAuthenticateOnceAsync()).Failure;
        var failure = error?.Message;
        if (error is AuthorityUnreachableException)
        {
            Response.Headers.RetryAfter = "5";
            await Problem(StatusCodes.Status503ServiceUnavailable, failure);
            return;
        }

        if (!options.Value.IsOn)
        {
            await Problem(StatusCodes.Status400BadRequest, failure);
            return;
        }

        Response.Headers.Append(HeaderNames.WWWAuthenticate, failure is null ? "Bearer" : $"Bearer error=\"invalid_token\", error_description=\"{failure}\"");
        await Problem(StatusCodes.Status401Unauthorized, failure ?? "Send a JWT as 'Authorization: Bearer ...', or sign in with POST /api/session.");
    }

    private AuthenticateResult Accept(ClaimsPrincipal user) => revocations.IsRevoked(Caller.Of(user))
        ? AuthenticateResult.Fail("The token was revoked.")
        : AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name));

    /// <summary>Without authentication: everybody may do everything, and a session id only tells whose generations are whose.</summary>
    private AuthenticateResult Session()
    {
        // Browsers cannot set headers on a WebSocket, an EventSource or an image, hence the query parameter.
        var session = Request.Headers[SessionHeader].ToString() is { Length: > 0 } header ? header : Request.Query[SessionQuery].ToString();
        if (session.Length > MaxSessionLength || session.AsSpan().ContainsAnyExcept(SessionCharacters))
            return AuthenticateResult.Fail($"{SessionHeader} must be 1 to {MaxSessionLength} characters of A-Z a-z 0-9 - _ . : @");

        var identity = new ClaimsIdentity(session.Length == 0 ? [] : [new Claim("sub", session)], CallerAuthentication.SessionType);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    private Task Problem(int status, string? detail) =>
        TypedResults.Problem(detail, statusCode: status).ExecuteAsync(Context);
}
