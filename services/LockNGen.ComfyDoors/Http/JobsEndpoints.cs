using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.ComfyDoors.Timelines;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/api/jobs</c>: queue and history in one, as ComfyUI's page of 2026 reads them.</summary>
internal sealed class JobsEndpoints(GenerationApiClient api, ReportedQueue queue)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxLimit = 1_000;

    /// <summary>Of the newest, as many are sorted, or searched for a workflow, for which each one's own is read.</summary>
    private const int MaxSorted = 1_000;
    private const int MaxSearched = 200;

    public static void Map(RouteGroupBuilder comfy)
    {
        comfy.MapGet("/jobs", (JobsEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.ListAsync(caller, context));
        comfy.MapGet("/jobs/{id}", (JobsEndpoints endpoints, string id, DoorCaller caller, HttpContext context) => endpoints.GetAsync(id, caller, context.RequestAborted));
        comfy.MapPost("/jobs/{id}/cancel", (JobsEndpoints endpoints, string id, DoorCaller caller, HttpContext context) => endpoints.CancelAsync(id, caller, context.RequestAborted));
        comfy.MapPost("/jobs/cancel", (JobsEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.CancelManyAsync(caller, context));
    }

    private async Task<IResult> ListAsync(DoorCaller caller, HttpContext context)
    {
        if (JobQuery.Read(context.Request.Query, out var error) is not { } query)
            return Refused(error);
        var count = Math.Min(query.Limit ?? MaxLimit, MaxLimit);
        var (from, most) = query.IsNewestFirst ? (query.Offset, count) : (0, query.WorkflowId is null ? MaxSorted : MaxSearched);
        var page = await api.ListAsync(
            caller, [.. query.Statuses.SelectMany(n => JobQuery.Known[n])], full: query.WorkflowId is not null, most, from, context.RequestAborted);
        var unreported = (await queue.EndedAsync(caller, context.RequestAborted)).ToDictionary(p => p.Id);
        // As far as their clients know these are running, so they are listed with the running ones.
        var jobs = page.Items.Where(p => !unreported.ContainsKey(p.Id));
        if (query.Wants("in_progress") && from == 0)
            jobs = unreported.Values.Select(ReportedQueue.AsReported).OrderByDescending(p => p.Number).Concat(jobs);
        var total = page.Total - unreported.Values.Count(p => query.Wants(JobEntry.Status(p.Generation.Status))) + (query.Wants("in_progress") ? unreported.Count : 0);
        var hasMore = from + page.Items.Count < page.Total;
        if (!query.IsNewestFirst)
        {
            var sorted = Sort(jobs, query).ToList();
            (jobs, total, hasMore) = (sorted.Skip(query.Offset).Take(count), sorted.Count, query.Offset + count < sorted.Count);
        }

        return ComfyResults.Json(new JsonObject
        {
            ["jobs"] = new JsonArray([.. jobs.Select(JobEntry.Of)]),
            ["pagination"] = new JsonObject
            {
                ["offset"] = query.Offset,
                ["limit"] = query.Limit is null ? null : count,
                ["total"] = total,
                ["has_more"] = hasMore,
            },
        });
    }

    private static IEnumerable<Prompt> Sort(IEnumerable<Prompt> prompts, JobQuery query)
    {
        if (query.WorkflowId is { } workflow)
            prompts = prompts.Where(p => PromptShapes.ExtraData(p)["extra_pnginfo"] is JsonObject info && info["workflow"] is JsonObject editor && editor["id"]?.ToString() == workflow);
        return query.IsAscending ? prompts.OrderBy(Key) : prompts.OrderByDescending(Key);

        long Key(Prompt prompt) => !query.ByDuration ? prompt.Generation.CreatedAt.Ticks
            : prompt.Generation is { StartedAt: { } started, EndedAt: { } ended } ? (ended - started).Ticks
            : 0;
    }

    private async Task<IResult> GetAsync(string id, DoorCaller caller, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var known) || await api.FindAsync(caller, known, full: true, cancellationToken) is not { } prompt)
            return ComfyResults.Json(new JsonObject { ["error"] = "Job not found" }, StatusCodes.Status404NotFound);
        prompt = queue.AsReported(caller, prompt);
        var job = JobEntry.Of(prompt);
        if (prompt.Generation.HasEnded)
        {
            var entry = PromptShapes.HistoryEntry(prompt, NodeCatalog.Empty);
            job["outputs"] = entry["outputs"]!.DeepClone();
            job["execution_status"] = entry["status"]!.DeepClone();
        }

        job["workflow"] = new JsonObject
        {
            ["prompt"] = prompt.Workflow is { } workflow ? JsonObject.Create(workflow) : [],
            ["extra_data"] = PromptShapes.ExtraData(prompt),
        };
        return ComfyResults.Json(job);
    }

    private async Task<IResult> CancelAsync(string id, DoorCaller caller, CancellationToken cancellationToken) =>
        ComfyResults.Json(new JsonObject { ["cancelled"] = Guid.TryParse(id, out var known) && await EndAsync(known, caller, cancellationToken) });

    private async Task<IResult> CancelManyAsync(DoorCaller caller, HttpContext context)
    {
        if ((await RequestJson.ReadAsync(context, MaxBytes))?["job_ids"] is not JsonArray list)
            return Refused("job_ids must be a list of ids");
        var invalid = list.Where(i => !Guid.TryParse(i?.ToString(), out _)).Select(i => i?.DeepClone()).ToArray();
        if (invalid.Length > 0)
            return ComfyResults.Json(new JsonObject { ["error"] = "job_ids contains invalid id(s)", ["invalid_ids"] = new JsonArray(invalid) }, StatusCodes.Status400BadRequest);
        var cancelled = false;
        foreach (var id in list)
            cancelled |= await EndAsync(Guid.Parse(id!.ToString()), caller, context.RequestAborted);
        return ComfyResults.Json(new JsonObject { ["cancelled"] = cancelled });
    }

    private async Task<bool> EndAsync(Guid id, DoorCaller caller, CancellationToken cancellationToken)
    {
        if (await api.FindAsync(caller, id, full: false, cancellationToken) is not { Generation.HasEnded: false })
            return false;
        await api.CancelAsync(caller, id, cancellationToken);
        return true;
    }

    private static IResult Refused(string error) => ComfyResults.Json(new JsonObject { ["error"] = error }, StatusCodes.Status400BadRequest);
}
