using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Cancel;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using LockNGen.Web.Paging;

namespace LockNGen.GenerationApi.History;

/// <summary>GET one, GET the list, DELETE.</summary>
internal static class HistoryEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/generations").RequireAuthorization().WithTags("Generations");
        group.MapGet("/{id:guid}", GetAsync)
            .Produces<GenerationResponse>().ProducesProblems(401, 404).WithName("GetGeneration").WithSummary("One generation");
        group.MapGet("/", ListAsync)
            .Produces<GenerationList>().ProducesProblems(400, 401).WithName("ListGenerations").WithSummary("The history, newest first");
        group.MapDelete("/{id:guid}", DeleteAsync)
            .Produces(StatusCodes.Status204NoContent).Produces<CancelResponse>(StatusCodes.Status202Accepted).ProducesProblems(401, 404)
            .WithName("DeleteGeneration").WithSummary("Cancel it if it is active (202), erase it with its images if it has ended (204)");
    }

    private static async Task<IResult> GetAsync(Guid id, Caller caller, GenerationsDatabase database, GenerationResponses answers, HttpContext context)
    {
        var answer = await database.ReadAsync(
            async session =>
            {
                if (await GenerationLedger.FindAsync(session, id) is not { } row)
                    return await OtherPromptResponses.FindAsync(session, id, caller);
                if (!caller.MaySee(row.Owner))
                    return null;
                var place = row.Status == GenerationStatus.Queued ? await WaitingList.PlaceOfAsync(session, id) : null;
                var images = await ImageRow.OfAsync(session, id);
                var inputs = await InputsAsync(session, [row]);
                return WithInputs(answers.Of(row, place, images), inputs) with
                {
                    ImageTimings = [.. images.Select(i => new ImageTiming(i.Number, i.CreatedAt, (i.CreatedAt - (row.StartedAt ?? i.CreatedAt)).TotalSeconds))],
                };
            },
            context.RequestAborted);
        return answer is null ? Problem.NotFound(id) : TypedResults.Json(answer, HistoryJson.Default.GenerationResponse);
    }

    private static async Task<IResult> ListAsync(
        [AsParameters] HistoryQuery query, Caller caller, GenerationsDatabase database, GenerationResponses answers, HttpContext context)
    {
        var errors = query.Errors();
        if (errors.Count > 0)
            return Problem.Invalid(errors);
        var limit = query.Limit ?? HistoryQuery.DefaultLimit;
        var list = await database.ReadAsync(
            async session =>
            {
                var rows = await query.RunAsync(session, caller, limit + 1);
                var page = rows.Take(limit).ToList();
                var images = await ImagesAsync(session, page);
                var inputs = await InputsAsync(session, page);
                var places = page.Exists(r => r.Status == GenerationStatus.Queued) ? await WaitingList.PlacesAsync(session) : null;
                return new GenerationList(
                    [.. page.Select(r => WithInputs(answers.Of(r, places?.GetValueOrDefault(r.Id), images[r.Id]), inputs))],
                    rows.Count > limit ? PageCursor.After(page[^1].Number) : null);
            },
            context.RequestAborted);
        return TypedResults.Json(list, HistoryJson.Default.GenerationList);
    }

    private static async Task<ILookup<Guid, ImageRow>> ImagesAsync(DatabaseSession session, List<GenerationRow> rows)
    {
        var ids = rows.Where(r => r.ImageCount > 0).Select(r => r.Id).ToList();
        var images = ids.Count == 0
            ? []
            : await session.QueryAsync<ImageRow>("SELECT * FROM images WHERE generation_id IN @ids ORDER BY number", new { ids = SqlList.Of(ids) });
        return images.ToLookup(i => i.GenerationId);
    }

    private static async Task<IReadOnlyDictionary<Guid, InputsRow>> InputsAsync(DatabaseSession session, List<GenerationRow> rows)
    {
        var inputs = rows.Count == 0
            ? []
            : await session.QueryAsync<InputsRow>(
                "SELECT generation_id, parameters, metadata, warnings FROM generation_inputs WHERE generation_id IN @ids", new { ids = SqlList.Of([.. rows.Select(r => r.Id)]) });
        return inputs.ToDictionary(i => i.GenerationId);
    }

    private static GenerationResponse WithInputs(GenerationResponse answer, IReadOnlyDictionary<Guid, InputsRow> inputs) =>
        inputs.TryGetValue(answer.Id, out var row)
            ? answer with
            {
                Parameters = row.Parameters is { } parameters ? JsonElement.Parse(parameters) : null,
                Metadata = row.Metadata is { } metadata ? JsonElement.Parse(metadata) : null,
                // A watcher's terminal event repeats those of the submission.
                Warnings = answer.Warnings.Count == 0 && row.Warnings is { } warnings
                    ? JsonSerializer.Deserialize(warnings, StoredJson.Default.IReadOnlyListGenerationWarning)!
                    : answer.Warnings,
            }
            : answer;

    private static async Task<IResult> DeleteAsync(
        Guid id, Caller caller, GenerationsDatabase database, Canceller canceller, Eraser eraser, HttpContext context)
    {
        if (await database.ReadAsync(session => GenerationLedger.FindAsync(session, id), context.RequestAborted) is not { } row || !caller.MaySee(row.Owner))
            return Problem.NotFound(id);
        if (!row.HasEnded && await canceller.CancelAsync(id, caller, "user", context.RequestAborted) is { Receipt: not CancelResponse.AlreadyEnded } answer)
            return TypedResults.Json(answer, CancelJson.Default.CancelResponse, statusCode: StatusCodes.Status202Accepted);
        await eraser.EraseAsync([id], context.RequestAborted);
        return TypedResults.NoContent();
    }

    private sealed record InputsRow
    {
        public Guid GenerationId { get; init; }
        public string? Parameters { get; init; }
        public string? Metadata { get; init; }
        public string? Warnings { get; init; }
    }
}
