using System.Globalization;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Http;
using LockNGen.ComfyDoors.Timelines;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.V2;

/// <summary><c>/api/v2/jobs</c>: submit, read, list, cancel.</summary>
internal sealed class JobEndpoints(Submission submission, AssetReferences assets, GenerationApiClient api, JobWatch watch, IOptions<DoorOptions> options)
{
    private const string PartnerKey = "api_key_comfy_org";
    private const int MaxPage = 100;
    private const int DefaultPage = 20;

    private static readonly string[] Known = ["workflow", "extra_data", "metadata"];

    public static void Map(RouteGroupBuilder v2)
    {
        v2.MapPost("/jobs", (JobEndpoints jobs, DoorCaller caller, HttpContext context) => jobs.SubmitAsync(caller, context));
        v2.MapGet("/jobs", (JobEndpoints jobs, string? limit, string? cursor, DoorCaller caller, HttpContext context) => jobs.ListAsync(limit, cursor, caller, context));
        v2.MapGet("/jobs/{id}", (JobEndpoints jobs, string id, DoorCaller caller, HttpContext context) => jobs.GetAsync(id, caller, context));
        v2.MapGet("/jobs/{id}/workflow", (JobEndpoints jobs, string id, DoorCaller caller, HttpContext context) => jobs.WorkflowAsync(id, caller, context));
        v2.MapGet("/jobs/{id}/events", (JobEvents events, string id, DoorCaller caller, HttpContext context) => events.StreamAsync(id, caller, context));
        v2.MapGet("/jobs/{id}/logs", () => TypedResults.NoContent());
        v2.MapPost("/jobs/{id}/cancel", (JobEndpoints jobs, string id, DoorCaller caller, HttpContext context) => jobs.CancelAsync(id, caller, context));
    }

    private async Task<IResult> SubmitAsync(DoorCaller caller, HttpContext context)
    {
        if (await RequestJson.ReadAsync(context, options.Value.MaxPromptBytes) is not { } body)
            return Malformed("The body is not a JSON object.");
        if (body.Select(m => m.Key).FirstOrDefault(k => !Known.Contains(k, StringComparer.Ordinal)) is { } unknown)
            return Malformed($"'{unknown}' is not supported here.");
        if (body["metadata"] is { } metadata && !JobMetadata.IsValid(metadata))
            return V2Results.Error(StatusCodes.Status400BadRequest, "metadata_invalid", "metadata must be an object of texts, of at most 16,384 characters.");
        if (body["workflow"] is not JsonObject workflow)
            return Invalid("workflow must be an object: a workflow in API format.", []);
        if (workflow["nodes"] is JsonArray && workflow.ContainsKey("links"))
            return V2Results.Error(StatusCodes.Status422UnprocessableEntity, "workflow_format_ui", "This is the format of ComfyUI's editor; export the workflow with Workflow > Export (API).");
        var extra = body["extra_data"] as JsonObject;
        if ((extra?.Select(m => m.Key).FirstOrDefault(k => k != PartnerKey)) is { } notAllowed)
            return Malformed($"extra_data has '{notAllowed}'; only {PartnerKey} is allowed.");
        if (await assets.ResolveAsync(caller, workflow, context.RequestAborted) is { } missing)
            return V2Results.Error(StatusCodes.Status422UnprocessableEntity, "missing_asset", $"There is no asset {missing} that you may use.");
        body.Remove("workflow");
        try
        {
            var accepted = await submission.SubmitAsync(
                caller,
                context,
                Guid.NewGuid(),
                null,
                new JsonObject
                {
                    ["workflow"] = workflow,
                    ["metadata"] = body["metadata"]?.DeepClone(),
                    ["partnerKey"] = extra?[PartnerKey]?.DeepClone(),
                    ["includeTemp"] = true,
                    ["door"] = new JsonObject { ["kind"] = "comfy-v2" },
                },
                context.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } key ? key : null);
            var prompt = await api.FindLinkedAsync(caller, accepted.Id, context.RequestAborted);
            context.Response.Headers.Location = Addresses.OfJob(context.Request, accepted.Id);
            return V2Results.Json(JobShapes.Job(context.Request, prompt!, null), StatusCodes.Status201Created);
        }
        catch (ApiException e) when (e.Status == StatusCodes.Status400BadRequest)
        {
            return Invalid(e.Message, e.Problem.Errors);
        }
    }

    /// <summary>The caller's jobs, newest first. The cursor is the number of the last one, so that newer ones do not shift pages.</summary>
    private async Task<IResult> ListAsync(string? limit, string? cursor, DoorCaller caller, HttpContext context)
    {
        if (JobMetadata.FilterOf(context.Request.Query) is not { } metadata)
            return V2Results.Error(StatusCodes.Status400BadRequest, "invalid_metadata_filter", "Filters are metadata[name]=text, at most three, and one of each name.");
        var size = DefaultPage;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > MaxPage))
            return Malformed($"limit must be a number from 1 to {MaxPage}.");
        var before = 0L;
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            return Malformed("cursor must be the next_cursor of another page.");
        var page = await api.PageAsync(caller, size, cursor is null ? null : before, metadata, context.RequestAborted);
        var answer = new JsonObject { ["jobs"] = new JsonArray([.. page.Items.Select(p => JobShapes.Record(p, watch.ProgressOf(p.Id)))]) };
        if (page.Items.Count < page.Total)
            answer["next_cursor"] = page.Items[^1].Number.ToString(CultureInfo.InvariantCulture);
        return V2Results.Json(answer);
    }

    private async Task<IResult> GetAsync(string id, DoorCaller caller, HttpContext context) => await FindAsync(id, caller, context) is { } prompt
        ? V2Results.Json(JobShapes.Job(context.Request, prompt, watch.ProgressOf(prompt.Id)))
        : Unknown();

    private async Task<IResult> WorkflowAsync(string id, DoorCaller caller, HttpContext context) =>
        Guid.TryParse(id, out var known) && await api.FindAsync(caller, known, full: true, context.RequestAborted) is { Workflow: { } workflow }
            ? V2Results.Json(new JsonObject { ["workflow"] = JsonObject.Create(workflow), ["format"] = "api" })
            : Unknown();

    private async Task<IResult> CancelAsync(string id, DoorCaller caller, HttpContext context)
    {
        if (await FindAsync(id, caller, context) is not { } prompt)
            return Unknown();
        if (!prompt.Generation.HasEnded)
        {
            await api.CancelAsync(caller, prompt.Id, context.RequestAborted);
            prompt = await FindAsync(id, caller, context) ?? prompt;
        }

        return V2Results.Json(JobShapes.Job(context.Request, prompt, watch.ProgressOf(prompt.Id)));
    }

    private async Task<Prompt?> FindAsync(string id, DoorCaller caller, HttpContext context) =>
        Guid.TryParse(id, out var known) ? await api.FindLinkedAsync(caller, known, context.RequestAborted) : null;

    /// <summary>Errors by node, each with its input and the problem.</summary>
    private static IResult Invalid(string message, IReadOnlyList<ApiError> errors)
    {
        var nodes = new JsonObject(errors.Where(e => e.NodeId is not null).GroupBy(e => e.NodeId!, StringComparer.Ordinal).Select(g => KeyValuePair.Create(
            g.Key,
            (JsonNode?)new JsonArray([.. g.Select(e => new JsonObject { ["field"] = e.Input, ["reason"] = e.Code, ["message"] = e.Message })]))));
        return V2Results.Error(StatusCodes.Status422UnprocessableEntity, "invalid_workflow", message, new JsonObject { ["node_errors"] = nodes });
    }

    private static IResult Malformed(string message) => V2Results.Error(StatusCodes.Status400BadRequest, "invalid_request", message);

    private static IResult Unknown() => V2Results.NotFound("You have no job of this id.");
}
