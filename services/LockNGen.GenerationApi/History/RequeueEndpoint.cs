using System.Text.Json;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Submit;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.History;

/// <summary>POST {id}/requeue: submits the same again, as a new generation.</summary>
internal static class RequeueEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapPost("/api/generations/{id:guid}/requeue", PostAsync)
        .RequireAuthorization()
        .Produces<SubmitResponse>(StatusCodes.Status202Accepted)
        .ProducesProblems(400, 401, 404, 429, 503)
        .WithName("RequeueGeneration")
        .WithTags("Generations")
        .WithSummary("Submit the same again; it gets a new id");

    private static async Task<IResult> PostAsync(Guid id, Caller caller, GenerationsDatabase database, Submitter submitter, Links links, HttpContext context)
    {
        var stored = await database.ReadAsync(
            async session => await GenerationLedger.FindAsync(session, id) is { } row && caller.MaySee(row.Owner)
                ? await session.FirstOrDefaultAsync<StoredRequest>("SELECT request, extra_data FROM generation_inputs WHERE generation_id = @id", new { id })
                : null,
            context.RequestAborted);
        if (stored is null)
            return Problem.NotFound(id);
        var request = JsonSerializer.Deserialize(stored.Request, SubmitJson.Default.SubmitRequest)! with
        {
            ExtraData = stored.ExtraData is { } extraData ? JsonElement.Parse(extraData) : null,
        };
        var command = SubmitHttp.Command(context, caller, request, System.Text.Encoding.UTF8.GetBytes(stored.Request));
        return SubmitHttp.Response(context, await submitter.SubmitAsync(command, context.RequestAborted), links);
    }

    private sealed record StoredRequest
    {
        public required string Request { get; init; }
        public string? ExtraData { get; init; }
    }
}
