using LockNGen.GenerationApi.Problems;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.GenerationApi.Cancel;

/// <summary>POST {id}/cancel for one, POST /api/generations/cancel for several or all of the caller's.</summary>
internal static class CancelEndpoints
{
    private const int MaxIds = 1_000;
    private const int MaxBytes = 100_000;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/generations").RequireAuthorization().WithTags("Generations");
        group.MapPost("/{id:guid}/cancel", CancelAsync)
            .Produces<CancelResponse>().ProducesProblems(401, 404).WithName("CancelGeneration").WithSummary("Request cancellation; the terminal event says how it ended");
        group.MapPost("/cancel", CancelManyAsync)
            .Accepts<CancelManyRequest>("application/json", "*/*").Produces<CancelManyResponse>().ProducesProblems(400, 401, 413).WithName("CancelGenerations").WithSummary("Cancel several by id, or all of the caller's");
    }

    private static async Task<IResult> CancelAsync(Guid id, Caller caller, Canceller canceller, HttpContext context) =>
        await canceller.CancelAsync(id, caller, "user", context.RequestAborted) is { } answer
            ? TypedResults.Json(answer, CancelJson.Default.CancelResponse)
            : Problem.NotFound(id);

    private static async Task<IResult> CancelManyAsync(Caller caller, Canceller canceller, HttpContext context)
    {
        var (request, _, malformed) = await RequestBody.ReadAsync(context, CancelJson.Default.CancelManyRequest, MaxBytes);
        if (malformed is not null)
            return malformed;

        if (request!.Ids is null == request.All is not true)
            return Problem.Invalid("ids", ErrorCodes.Required, "Give either ids or all: true.");
        if (request.All == true)
        {
            return caller.Owner is null
                ? Problem.Invalid("all", ErrorCodes.Required, "Without a token or an X-Session-Id no generations are yours; give ids.")
                : ResponseOf(await canceller.CancelAllAsync(caller, context.RequestAborted));
        }

        if (request.Ids!.Count > MaxIds)
            return Problem.Invalid("ids", ErrorCodes.TooMany, $"At most {MaxIds} ids at once.");
        var receipts = new List<CancelResponse>(request.Ids.Count);
        foreach (var id in request.Ids.Distinct())
            receipts.Add(await canceller.CancelAsync(id, caller, "user", context.RequestAborted) ?? new CancelResponse(id, CancelResponse.NotFound, "unknown"));
        return ResponseOf(receipts);
    }

    private static JsonHttpResult<CancelManyResponse> ResponseOf(IReadOnlyList<CancelResponse> receipts) =>
        TypedResults.Json(new CancelManyResponse(receipts), CancelJson.Default.CancelManyResponse);
}

/// <summary>The receipt for a cancel request.</summary>
/// <param name="Id">The generation.</param>
/// <param name="Receipt">accepted; alreadyEnded; tooLate: everything is rendered, it will complete; notFound.</param>
/// <param name="Status">Its status now.</param>
public sealed record CancelResponse(Guid Id, string Receipt, string Status)
{
    internal const string Accepted = "accepted";
    internal const string AlreadyEnded = "alreadyEnded";
    internal const string TooLate = "tooLate";
    internal const string NotFound = "notFound";
}

/// <summary>The body of POST /api/generations/cancel.</summary>
public sealed record CancelManyRequest
{
    /// <summary>The generations; or <see cref="All"/>.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>All active generations of the caller.</summary>
    public bool? All { get; init; }
}

/// <summary>One receipt each.</summary>
public sealed record CancelManyResponse(IReadOnlyList<CancelResponse> Receipts);
