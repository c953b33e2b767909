using LockNGen.GenerationApi.Generations;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Submit;

/// <summary>POST /api/generations: checks, stores, answers 202. An accepted submission survives any crash.</summary>
internal static class SubmitEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPost(
            "/api/generations", PostAsync)
        .RequireAuthorization()
        // Any content type is read as JSON: curl -d declares a form.
        .Accepts<SubmitRequest>("application/json", "*/*")
        .Produces<SubmitResponse>(StatusCodes.Status202Accepted)
        .Produces<DryRunResponse>()
        .ProducesProblems(400, 401, 409, 413, 422, 429, 503)
        .WithName("SubmitGeneration")
        .WithTags("Generations")
        .WithSummary("Submit a generation: a template with parameters, or a workflow");

    private static async Task<IResult> PostAsync(
        HttpContext context, Caller caller, Submitter submitter, Links links, IOptions<GenerationApiOptions> options, [FromQuery] bool? dryRun)
    {
        var (request, bytes, malformed) = await SubmissionBody.ReadAsync(context, options.Value.MaxRequestBytes);
        if (malformed is not null)
            return malformed;
        var command = SubmitHttp.Command(context, caller, request!, bytes) with { DryRun = dryRun == true };
        return SubmitHttp.Response(context, await submitter.SubmitAsync(command, context.RequestAborted), links);
    }
}
