using System.Globalization;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Limits;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Submit;

/// <summary>POST /api/generations: checks, stores, answers 202. What it has answered survives any crash.</summary>
internal sealed class SubmitEndpoint(
    GenerationsDatabase database,
    GroupCommit transactions,
    SubmissionReader reader,
    GenerationInserter inserter,
    Durations durations,
    SubmissionLimits limits,
    StoredBytes stored,
    Links links,
    IOptions<QueueOptions> queue,
    IOptions<GenerationApiOptions> options)
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPost(
            "/api/generations",
            (SubmitEndpoint endpoint, HttpContext context, Caller caller, [FromQuery] bool? dryRun) => endpoint.HandleAsync(context, caller, dryRun == true))
        .RequireAuthorization()
        // Any type is read as JSON: curl -d says that it sends a form.
        .Accepts<SubmitRequest>("application/json", "*/*")
        .Produces<SubmitAnswer>(StatusCodes.Status202Accepted)
        .Produces<DryRunAnswer>()
        .ProducesProblems(400, 401, 409, 413, 422, 429, 503)
        .WithName("SubmitGeneration")
        .WithTags("Generations")
        .WithSummary("Submit a generation: a template with parameters, or a workflow");

    private async Task<IResult> HandleAsync(HttpContext context, Caller caller, bool dryRun)
    {
        var (request, bytes, malformed) = await SubmissionBody.ReadAsync(context, options.Value.MaxRequestBytes);
        return malformed ?? await AcceptAsync(context, caller, request!, bytes, dryRun);
    }

    /// <summary>Answers a request that was read; also what POST {id}/requeue ends with.</summary>
    public async Task<IResult> AcceptAsync(HttpContext context, Caller caller, SubmitRequest request, byte[] bytes, bool dryRun)
    {
        var (outcome, problem) = await SubmitAsync(context, caller, request, bytes, dryRun);
        if (problem is not null)
            return problem;
        if (outcome!.DryRun is { } answer)
            return TypedResults.Json(answer, SubmitJson.Default.DryRunAnswer);
        context.Response.Headers.Location = links.Generation(outcome.Id);
        return TypedResults.Text(outcome.Response, "application/json", Encoding.UTF8, StatusCodes.Status202Accepted);
    }

    /// <summary>Checks and stores a request; also what POST /generate begins with.</summary>
    public async Task<(SubmitOutcome? Outcome, IResult? Problem)> SubmitAsync(
        HttpContext context, Caller caller, SubmitRequest request, byte[] bytes, bool dryRun)
    {
        var key = context.Request.Headers[IdempotencyKeys.Header].ToString();
        if (key.Length > IdempotencyKeys.MaxLength)
            return (null, Problem.Invalid(IdempotencyKeys.Header, ErrorCodes.OutOfRange, $"Idempotency-Key has at most {IdempotencyKeys.MaxLength} characters."));
        var client = ClientOf(context, caller);
        var hash = IdempotencyKeys.Hash(bytes);
        if (key.Length > 0 && await database.ReadAsync(s => IdempotencyKeys.FindAsync(s, client, key), context.RequestAborted) is { } earlier)
            return Replay(earlier, hash);

        if (dryRun && await database.WriteAsync(session => limits.TakeDryRunAsync(session, client, context.Response), context.RequestAborted) is { } tooMany)
            return (null, tooMany);
        var errors = new List<ProblemError>();
        var submission = await reader.ReadAsync(request, caller, dryRun, errors, context.RequestAborted);
        if (submission is null)
            return (null, Problem.Invalid(errors));
        if (dryRun && submission.HasOwnId && await database.ReadAsync(s => TakenAsync(s, submission.Id, caller), context.RequestAborted) is { } isTaken)
            return (null, isTaken);
        if (dryRun)
            return (new SubmitOutcome { DryRun = await DryRunAsync(submission, context.RequestAborted) }, null);

        // From here on the client's leaving changes nothing: half a submission helps nobody, and its retry has the key.
        var (refusal, outcome) = await transactions.RunAsync(client, async group =>
        {
            var session = group.Session;
            if (await limits.CheckAsync(session, group.Queue, client, submission.Count, context.Response) is { } refused)
                return new SubmitDecision(refused, null);
            if (submission.HasOwnId && await TakenAsync(group, submission.Id, caller) is { } taken)
                return new SubmitDecision(taken, null);
            if (key.Length > 0 && !await IdempotencyKeys.ReserveAsync(session, client, key, hash))
                return new SubmitDecision(null, null);
            if (await stored.TakeAsync(session, client, submission.StoredBytes) is { } full)
                return new SubmitDecision(full, null);
            await limits.NoteAsync(session, client, submission.Count);
            var (id, place) = await inserter.AddAsync(group, submission, caller.Owner, client);
            var response = JsonSerializer.Serialize(Answer(id, place, submission), SubmitJson.Readable.SubmitAnswer);
            if (key.Length > 0)
                await IdempotencyKeys.AnswerAsync(session, client, key, response);
            return new SubmitDecision(null, new SubmitOutcome { Id = id, Response = response });
        });
        if (outcome is not null || refusal is not null)
            return (outcome, refusal);
        // Another request with this key came in between.
        return Replay((await database.ReadAsync(s => IdempotencyKeys.FindAsync(s, client, key), context.RequestAborted))!, hash);
    }

    private static (SubmitOutcome? Outcome, IResult? Problem) Replay(IdempotencyRow earlier, string hash) => earlier.RequestHash == hash
        ? (new SubmitOutcome { Id = JsonSerializer.Deserialize(earlier.Response, SubmitJson.Default.SubmitAnswer)!.Id, Response = earlier.Response }, null)
        : (null, Problem.Of(
            StatusCodes.Status422UnprocessableEntity, ProblemCodes.IdempotencyConflict, "This Idempotency-Key was used with another body."));

    /// <summary>The refusal of an id that a generation has; in the database, or in the group that is about to be stored.</summary>
    private async Task<IResult?> TakenAsync(SubmitGroup group, Guid id, Caller caller)
    {
        // Two replicas that are given one id at once: the second looks when the first has stored it.
        await group.Session.LockAsync($"generation:{id}");
        return group.TryFind(id, out var owner) ? Taken(id, caller.MaySee(owner)) : await TakenAsync(group.Session, id, caller);
    }

    private async Task<IResult?> TakenAsync(Session session, Guid id, Caller caller) =>
        await session.FirstOrDefaultAsync<OwnerRow>(
            "SELECT owner FROM generations WHERE id = @id UNION ALL SELECT NULL FROM other_generations WHERE id = @id", new { id }) is { } row
            ? Taken(id, caller.MaySee(row.Owner))
            : null;

    /// <summary>Somebody else's generation is not told of, beyond that the id cannot be had.</summary>
    private ProblemHttpResult Taken(Guid id, bool mayBeSeen)
    {
        var problem = Problem.Of(StatusCodes.Status409Conflict, ProblemCodes.IdTaken, $"The id {id} is taken. Choose another one, or leave id out.");
        if (mayBeSeen)
            problem.ProblemDetails.Extensions["existing"] = links.Generation(id);
        return problem;
    }

    /// <summary>The answer to an accepted submission.</summary>
    public SubmitAnswer Answer(Guid id, QueuePlace place, Submission submission) => new()
    {
        Id = id,
        Status = "queued",
        Position = place.Position,
        EstimatedWaitSeconds = place.EstimatedWaitSeconds,
        Count = submission.Count,
        Seed = submission.Seed,
        SeedText = submission.Seed?.ToString(CultureInfo.InvariantCulture),
        Warnings = WarningsOf(submission),
        Limits = new SubmitLimits
        {
            QueueTimeoutSeconds = submission.QueueTimeoutSeconds,
            TimeoutSeconds = submission.HasOwnTimeout ? submission.TimeoutSeconds : null,
            SilenceSeconds = submission.HasOwnTimeout ? null : submission.TimeoutSeconds,
            HardTimeoutSeconds = submission.HasOwnTimeout ? null : queue.Value.HardTimeoutSeconds,
        },
        Links = new SubmitLinks(links.Generation(id), links.Cancel(id), links.Progress(id), links.WebSocket(id), links.Events(id)),
    };

    private async Task<DryRunAnswer> DryRunAsync(Submission submission, CancellationToken cancellationToken) => new()
    {
        Valid = true,
        Workflow = JsonElement.Parse(submission.Workflow.ToJsonString()),
        Parameters = submission.Parameters is { } parameters ? JsonElement.Parse(parameters.ToJsonString()) : null,
        Count = submission.Count,
        Seed = submission.Seed,
        SeedText = submission.Seed?.ToString(CultureInfo.InvariantCulture),
        EstimatedSeconds = durations.Estimate(
            await database.ReadAsync(session => Durations.SpeedOfAsync(session, submission.Shape), cancellationToken), submission.Units, submission.Count),
        Warnings = WarningsOf(submission),
        OpenModels = [.. submission.Plan.FirstModels.Select(m => $"{m.ClassType}.{m.Name}")],
    };

    private static IReadOnlyList<GenerationWarning>? WarningsOf(Submission submission) => submission.Plan.Warnings is { Count: > 0 } warnings ? warnings : null;

    /// <summary>Whom the limits count: the owner where it is proven, else the address.</summary>
    private static string ClientOf(HttpContext context, Caller caller) =>
        caller is { IsAuthenticated: true, Owner: { } owner } ? "owner:" + owner : "address:" + ClientNetwork.Of(context.Connection.RemoteIpAddress);
}

/// <summary>Whose a generation is.</summary>
internal sealed record OwnerRow
{
    public string? Owner { get; init; }
}

/// <summary>What became of a submission: accepted, or only tried.</summary>
internal sealed record SubmitOutcome
{
    public Guid Id { get; init; }

    /// <summary>The JSON of the 202 answer, the same for every replay.</summary>
    public string? Response { get; init; }
    public DryRunAnswer? DryRun { get; init; }
}
