using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.ComfyDoors.Timelines;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/prompt</c>: submits, and returns how many are unfinished.</summary>
internal sealed class PromptEndpoints(Submission submission, InputNames inputs, Catalogs catalogs, GenerationApiClient api, ReportedQueue queue, IOptions<DoorOptions> options)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Map(RouteGroupBuilder comfy)
    {
        comfy.MapGet("/prompt", (PromptEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.CountAsync(caller, context.RequestAborted));
        comfy.MapPost("/prompt", (PromptEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.SubmitAsync(caller, context));
    }

    private async Task<IResult> CountAsync(DoorCaller caller, CancellationToken cancellationToken)
    {
        var active = await queue.ActiveAsync(caller, full: false, cancellationToken);
        return ComfyResults.Json(new JsonObject { ["exec_info"] = new JsonObject { ["queue_remaining"] = active.Total } });
    }

    private async Task<IResult> SubmitAsync(DoorCaller caller, HttpContext context)
    {
        if (await RequestJson.ReadAsync(context, options.Value.MaxPromptBytes) is not { } body)
            return ComfyResults.Error(StatusCodes.Status400BadRequest, "invalid_json", "The body is not a JSON object");
        var (request, refusal) = PromptRequest.Read(body);
        if (request is null)
            return refusal!;
        var catalog = await catalogs.GetAsync(caller, context.RequestAborted);
        var workflow = request.Targets is { } targets ? Graphs.Only(request.Workflow, targets) : request.Workflow;
        if (workflow.Count == 0)
            return ComfyResults.Error(StatusCodes.Status400BadRequest, "prompt_no_outputs", "Prompt has no outputs");
        try
        {
            await inputs.BringAsync(caller, workflow, context.RequestAborted);
            var accepted = await submission.SubmitAsync(caller, context, request.Id, request.ClientId, new JsonObject
            {
                ["workflow"] = workflow,
                ["extraData"] = request.ExtraData,
                ["partnerKey"] = request.PartnerKey,
                ["includeTemp"] = true,
                ["door"] = new JsonObject { ["kind"] = "comfyui", ["clientId"] = request.ClientId },
            });
            if (request.IsFirst)
                await PromoteAsync(caller, accepted.Id, context.RequestAborted);
            return await AnswerAsync(caller, accepted, workflow, catalog, context.RequestAborted);
        }
        catch (ApiException e) when (e.Status == StatusCodes.Status409Conflict && request.HasOwnId)
        {
            return await RepeatAsync(caller, request, workflow, context.RequestAborted);
        }
        catch (ApiException e) when (e.Status == StatusCodes.Status400BadRequest)
        {
            return ComfyResults.Json(ComfyErrors.Of(e.Problem, workflow, catalog), StatusCodes.Status400BadRequest);
        }
    }

    private async Task<IResult> AnswerAsync(DoorCaller caller, Submitted accepted, JsonObject workflow, NodeCatalog catalog, CancellationToken cancellationToken)
    {
        var prompt = await api.FindAsync(caller, accepted.Id, full: false, cancellationToken);
        return Accepted(accepted.Id, prompt?.Number ?? 0, ComfyErrors.NodeErrorsOf(accepted.LeftOut, workflow, catalog));
    }

    /// <summary>The queue is shared: callers that may not reorder it wait like everyone else.</summary>
    private async Task PromoteAsync(DoorCaller caller, Guid id, CancellationToken cancellationToken)
    {
        try
        {
            await api.PostAsync(caller, $"/api/generations/{id}/front", null, cancellationToken);
        }
        catch (ApiException e) when (e.Status is StatusCodes.Status403Forbidden or StatusCodes.Status404NotFound)
        {
            // It has its place, or is running already.
        }
    }

    /// <summary>A repeated submission gets the same answer as the first: that answer was lost, or the client is not sure.</summary>
    private async Task<IResult> RepeatAsync(DoorCaller caller, PromptRequest request, JsonObject workflow, CancellationToken cancellationToken)
    {
        if (await api.FindAsync(caller, request.Id, full: true, cancellationToken) is { Workflow: { } earlier } prompt
            && JsonNode.DeepEquals(JsonNode.Parse(earlier.GetRawText()), JsonNode.Parse(workflow.ToJsonString(Plain))))
        {
            return Accepted(request.Id, prompt.Number, []);
        }

        return ComfyResults.Error(StatusCodes.Status409Conflict, "prompt_id_taken", "This prompt_id is taken", request.Id.ToString());
    }

    private static IResult Accepted(Guid id, long number, JsonObject nodeErrors) =>
        ComfyResults.Json(new JsonObject { ["prompt_id"] = id.ToString(), ["number"] = number, ["node_errors"] = nodeErrors });
}
