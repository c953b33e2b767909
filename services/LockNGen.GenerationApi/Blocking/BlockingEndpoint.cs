using LockNGen.Contracts;
using LockNGen.GenerationApi.Cancel;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.History;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Submit;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Blocking;

/// <summary>
/// POST /generate: the original blocking call, which waits and returns the finished images, on top of the same queue. A generation that takes longer than
/// <see cref="GenerationApiOptions.BlockingTimeout"/> continues, and is answered like a submission: 202 with the id and where to follow it. A client that disconnects leaves the
/// generation running, unless it said <c>cancelOnDisconnect=true</c>.
/// </summary>
internal sealed class BlockingEndpoint(
    GenerationsDatabase database, Submitter submitter, Endings endings, Canceller canceller, IImageStore files, Links links, TimeProvider clock, IOptions<GenerationApiOptions> options)
{
    /// <summary>How often the database is checked: another replica may record the end.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapPost("/generate", (BlockingEndpoint endpoint, HttpContext context, Caller caller, [FromQuery] bool? cancelOnDisconnect) =>
            endpoint.HandleAsync(context, caller, cancelOnDisconnect == true))
        .RequireAuthorization()
        // Any content type is read as JSON: curl -d declares a form.
        .Accepts<SubmitRequest>("application/json", "*/*")
        .Produces<BlockingResponse>()
        .Produces<SubmitResponse>(StatusCodes.Status202Accepted)
        .ProducesProblems(400, 401, 409, 413, 422, 429, 502, 503)
        .WithName("Generate")
        .WithTags("Generations")
        .WithSummary("Submit and wait for the finished images");

    private async Task<IResult> HandleAsync(HttpContext context, Caller caller, bool cancelOnDisconnect)
    {
        var (request, bytes, malformed) = await SubmissionBody.ReadAsync(context, options.Value.MaxRequestBytes);
        if (malformed is not null)
            return malformed;
        var result = await submitter.SubmitAsync(SubmitHttp.Command(context, caller, request!, bytes), context.RequestAborted);
        var response = SubmitHttp.Response(context, result, links);
        if (result is not SubmitResult.Stored { Id: var id })
            return response;
        try
        {
            var row = await EndAsync(id, context.RequestAborted);
            return row is { HasEnded: false }
                ? response
                : await AnswerAsync(row, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Others waiting for the same one (a replayed key) check once more and go on waiting.
            endings.Notify(id);
            if (cancelOnDisconnect)
                await canceller.CancelAsync(id, caller, "client disconnected", CancellationToken.None);
            return TypedResults.Empty;
        }
    }

    /// <summary>Waits without a thread, until it has ended or the limit has passed.</summary>
    private async Task<GenerationRow?> EndAsync(Guid id, CancellationToken cancellationToken)
    {
        var askedAt = clock.GetTimestamp();
        while (true)
        {
            var ended = endings.Of(id);
            var row = await database.ReadAsync(session => GenerationLedger.FindAsync(session, id), cancellationToken);
            if (row is null or { HasEnded: true } || clock.GetElapsedTime(askedAt) >= options.Value.BlockingTimeout)
            {
                endings.Notify(id);
                return row;
            }

            await Task.WhenAny(ended, Task.Delay(LookInterval, clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<IResult> AnswerAsync(GenerationRow? row, CancellationToken cancellationToken)
    {
        if (row is null)
            return Problem.Of(StatusCodes.Status409Conflict, ProblemCodes.GenerationCancelled, "The generation was erased.");
        if (row.Status == GenerationStatus.Cancelled)
            return Problem.Of(StatusCodes.Status409Conflict, ProblemCodes.GenerationCancelled, "The generation was cancelled.");
        if (row.Error is { } json)
        {
            var error = System.Text.Json.JsonSerializer.Deserialize(json, StoredJson.Default.GenerationError)!;
            return Problem.Of(
                StatusCodes.Status502BadGateway,
                ProblemCodes.GenerationFailed,
                error.Message,
                [new ProblemError { NodeId = error.NodeId, NodeType = error.NodeType, Code = error.Code, Message = error.Message }]);
        }

        var answer = new BlockingResponse(row.Id, GenerationStatus.Completed.WireName(), row.Seed, row.DurationSeconds ?? 0, []) { Warnings = GenerationResponses.WarningsOf(row) };
        return new BlockingResult(answer, await database.ReadAsync(session => ImageRow.OfAsync(session, row.Id), cancellationToken), files, links);
    }
}
