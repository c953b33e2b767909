using System.Text.Json.Serialization;
using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

/// <summary>
/// <c>/api/session</c>: exchanges a JWT for a cookie, for requests on which a browser cannot set a header: WebSocket, EventSource and images.
/// </summary>
public static class SessionEndpoints
{
    /// <summary>Browsers accept cookies of up to 4,096 bytes, including name and attributes.</summary>
    private const int MaxCookieLength = 3_800;

    /// <summary>Maps GET, POST and DELETE.</summary>
    public static IEndpointRouteBuilder MapSession(this IEndpointRouteBuilder endpoints)
    {
        var session = endpoints.MapGroup("/api/session").WithTags("Session");
        session.MapGet("/", Read).WithSummary("Who am I");
        session.MapPost("/", Create).RequireAuthorization().ProducesProblem(StatusCodes.Status413PayloadTooLarge).WithSummary("Exchange the JWT of the Authorization header for a cookie");
        session.MapDelete("/", Delete).WithSummary("Sign out");
        return endpoints;
    }

    private static JsonHttpResult<SessionResponse> Read(Caller caller, IOptions<AuthOptions> options) => ResponseOf(caller, options.Value);

    private static Results<JsonHttpResult<SessionResponse>, ProblemHttpResult> Create(HttpContext context, Caller caller, IOptions<AuthOptions> options)
    {
        if (!options.Value.IsOn)
            return ResponseOf(caller, options.Value);
        var token = TokenEvents.TokenOf(context.Request)!;
        if (token.Length > MaxCookieLength)
        {
            return Problem.Of(
                StatusCodes.Status413PayloadTooLarge,
                $"The token has {token.Length} characters and a cookie holds {MaxCookieLength}: ask the issuer for fewer claims, or use tickets.");
        }

        context.Response.Cookies.Append(TokenEvents.SessionCookie, token, Cookie(context, caller.ExpiresAt));
        return ResponseOf(caller, options.Value);
    }

    private static NoContent Delete(HttpContext context)
    {
        context.Response.Cookies.Delete(TokenEvents.SessionCookie, Cookie(context, expires: null));
        return TypedResults.NoContent();
    }

    /// <summary>Strict: a page of another site can neither read nor send it, so it cannot forge requests.</summary>
    private static CookieOptions Cookie(HttpContext context, DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        Expires = expires,
        IsEssential = true,
    };

    private static JsonHttpResult<SessionResponse> ResponseOf(Caller caller, AuthOptions options) => TypedResults.Json(
        new SessionResponse(options.IsOn, options.IsOn && caller.IsAuthenticated, caller.Owner, caller.IsAdmin, caller.ExpiresAt),
        SessionJson.Default.SessionResponse);
}

/// <summary>The answer of <c>/api/session</c>.</summary>
/// <param name="AuthenticationRequired">Whether this installation requires tokens.</param>
/// <param name="Authenticated">Whether this request carried a valid one.</param>
/// <param name="Owner">The owner id that new generations get.</param>
/// <param name="Admin">Whether the caller may see and do everything.</param>
/// <param name="ExpiresAt">When the session ends.</param>
public sealed record SessionResponse(bool AuthenticationRequired, bool Authenticated, string? Owner, bool Admin, DateTimeOffset? ExpiresAt);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionResponse))]
internal sealed partial class SessionJson : JsonSerializerContext;
