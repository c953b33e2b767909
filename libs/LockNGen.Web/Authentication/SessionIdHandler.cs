using System.Buffers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

/// <summary>Without authentication: everyone may do everything, and a session id only separates one client's generations from another's.</summary>
internal sealed class SessionIdHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private const string SessionHeader = "X-Session-Id";
    private const string SessionQuery = "sessionId";
    private const int MaxSessionLength = 128;

    private static readonly SearchValues<char> SessionCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:@");

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Browsers cannot set headers on a WebSocket, an EventSource or an image, so there is a query parameter as well.
        var session = Request.Headers[SessionHeader].ToString() is { Length: > 0 } header ? header : Request.Query[SessionQuery].ToString();
        if (session.Length > MaxSessionLength || session.AsSpan().ContainsAnyExcept(SessionCharacters))
            return Task.FromResult(AuthenticateResult.Fail($"{SessionHeader} must be 1 to {MaxSessionLength} characters of A-Z a-z 0-9 - _ . : @"));

        var identity = new ClaimsIdentity(session.Length == 0 ? [] : [new Claim("sub", session)], CallerAuthentication.SessionType);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceAsync()).Failure;
        await Problem.Of(StatusCodes.Status400BadRequest, failure?.Message ?? "X-Session-Id is not a valid session id.").ExecuteAsync(Context);
    }
}
