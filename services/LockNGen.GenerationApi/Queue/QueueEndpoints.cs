using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.GenerationApi.Queue;

/// <summary>Queue operations: read, pause, resume, move to the front.</summary>
internal static class QueueEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/queue").RequireAuthorization().WithTags("Queue");
        group.MapGet("/", (GenerationsDatabase database, HttpContext context) => AnswerAsync(database, context))
            .Produces<QueueResponse>().ProducesProblems(401).WithName("GetQueue").WithSummary("How long the queue is");
        group.MapPost("/pause", (Caller caller, GenerationsDatabase database, SchedulerSignal signal, HttpContext context) => PauseAsync(true, caller, database, signal, context))
            .Produces<QueueResponse>().ProducesProblems(401, 403).WithName("PauseQueue").WithSummary("Start no more generations; running ones continue (operators)");
        group.MapPost("/resume", (Caller caller, GenerationsDatabase database, SchedulerSignal signal, HttpContext context) => PauseAsync(false, caller, database, signal, context))
            .Produces<QueueResponse>().ProducesProblems(401, 403).WithName("ResumeQueue").WithSummary("Start generations again (operators)");
        endpoints.MapPost("/api/generations/{id:guid}/front", PromoteAsync)
            .RequireAuthorization().WithTags("Queue")
            .Produces<QueueResponse>().ProducesProblems(401, 403, 404).WithName("MoveToFront").WithSummary("Make a waiting generation the next (operators)");
    }

    private static async Task<IResult> PauseAsync(bool pause, Caller caller, GenerationsDatabase database, SchedulerSignal signal, HttpContext context)
    {
        if (!caller.IsAdmin)
            return Forbidden();
        await database.WriteAsync(
            session => session.ExecuteAsync(
                pause
                    ? "INSERT INTO settings (name, value) VALUES ('paused', 'true') ON CONFLICT (name) DO NOTHING"
                    : "DELETE FROM settings WHERE name = 'paused'"),
            context.RequestAborted);
        signal.Set();
        return await AnswerAsync(database, context);
    }

    private static async Task<IResult> PromoteAsync(Guid id, Caller caller, GenerationsDatabase database, SchedulerSignal signal, HttpContext context)
    {
        if (!caller.IsAdmin)
            return Forbidden();
        var promoted = await database.WriteAsync(
            session => session.ExecuteAsync("UPDATE generations SET promoted_at = @Now WHERE id = @id AND status = 'queued'", new { id, session.Now }),
            context.RequestAborted);
        if (promoted == 0)
            return Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"No generation {id} waits.");
        signal.Set();
        return await AnswerAsync(database, context);
    }

    private static async Task<IResult> AnswerAsync(GenerationsDatabase database, HttpContext context) =>
        TypedResults.Json(await database.ReadAsync(QueueResponse.ReadAsync, context.RequestAborted), QueueJson.Default.QueueResponse);

    private static ProblemHttpResult Forbidden() =>
        Problem.Of(StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, $"This needs the scope {Caller.AdminScope}.");
}

/// <summary>The answer of GET /api/queue.</summary>
public sealed record QueueResponse
{
    public bool Paused { get; init; }

    /// <summary>Generations that wait.</summary>
    public int Waiting { get; init; }

    /// <summary>Generations that are dispatched or running.</summary>
    public int Active { get; init; }

    internal static async Task<QueueResponse> ReadAsync(DatabaseSession session) => (await session.FirstOrDefaultAsync<QueueResponse>(
        """
        SELECT (SELECT COUNT(*) FROM settings WHERE name = 'paused') AS paused,
            (SELECT COUNT(*) FROM generations WHERE status = 'queued' AND ended_at IS NULL) AS waiting,
            (SELECT COUNT(*) FROM generations WHERE status IN ('dispatched', 'running') AND ended_at IS NULL) AS active
        """))!;
}
