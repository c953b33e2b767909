using LockNGen.GenerationApi.Problems;
using LockNGen.Web.Authentication;
using MassTransit;

namespace LockNGen.GenerationApi.Access;

/// <summary>POST /api/auth/revocations: revokes a token, or all tokens issued to a subject so far.</summary>
internal static class RevocationEndpoint
{
    private const int MaxLength = 1_000;
    private const int MaxBytes = 10_000;

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapPost("/api/auth/revocations", PostAsync)
        .RequireAuthorization()
        .Accepts<RevocationRequest>("application/json", "*/*")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesProblems(400, 401, 403)
        .WithName("RevokeTokens")
        .WithTags("Session")
        .WithSummary("Revoke a token, or all tokens of a subject (operators)");

    private static async Task<IResult> PostAsync(Caller caller, Revocations revocations, IBus bus, HttpContext context)
    {
        if (!caller.IsAdmin)
            return Problem.Of(StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, $"This needs the scope {Caller.AdminScope}.");
        var (request, _, malformed) = await RequestBody.ReadAsync(context, AccessJson.Default.RevocationRequest, MaxBytes);
        if (malformed is not null)
            return malformed;
        if (string.IsNullOrEmpty(request!.TokenId) == string.IsNullOrEmpty(request.Subject))
            return Problem.Invalid("tokenId", ErrorCodes.Required, "Give either tokenId or subject.");
        if ((request.TokenId ?? request.Subject)!.Length > MaxLength)
            return Problem.Invalid("tokenId", ErrorCodes.OutOfRange, $"At most {MaxLength} characters.");
        var revocation = await revocations.AddAsync(request.TokenId, request.Subject, context.RequestAborted);
        // The database counts: gateways that miss the message ask for the revocation.
        await bus.Publish(revocation, context.RequestAborted);
        return TypedResults.NoContent();
    }
}

/// <summary>The body of POST /api/auth/revocations.</summary>
/// <param name="TokenId">The <c>jti</c> of one token.</param>
/// <param name="Subject">The <c>sub</c> whose tokens issued so far are revoked.</param>
public sealed record RevocationRequest(string? TokenId, string? Subject);
