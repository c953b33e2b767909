using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.ComfyDoors.Timelines;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/api/jobs</c>: queue and history in one, as ComfyUI's page of 2026 reads them.</summary>
internal sealed class JobsEndpoints(GenerationApiClient api, ReportedQueue queue)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxLimit = 1_000;

    /// <summary>ComfyUI's status names, each with the statuses that it covers.</summary>
    private static readonly ILookup<string, GenerationStatus> Statuses =
        Enum.GetValues<GenerationStatus>().Where(s => s != GenerationStatus.Unknown).ToLookup(JobEntry.Status, StringComparer.Ordinal);

    public static void Map(RouteGroupBuilder comfy)
    {
        comfy.MapGet("/jobs", (JobsEndpoints endpoints, string? status, int? limit, int? offset, DoorCaller caller, HttpContext context) =>
            endpoints.ListAsync(status, limit, offset, caller, context.RequestAborted));
        comfy.MapGet("/jobs/{id}", (JobsEndpoints endpoints, string id, DoorCaller caller, HttpContext context) => endpoints.GetAsync(id, caller, context.RequestAborted));
        comfy.MapPost("/jobs/{id}/cancel", (JobsEndpoints endpoints, string id, DoorCaller caller, HttpContext context) => endpoints.CancelAsync(id, caller, context.RequestAborted));
        comfy.MapPost("/jobs/cancel", (JobsEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.CancelManyAsync(caller, context));
    }

    private async Task<IResult> ListAsync(string? status, int? limit, int? offset, DoorCaller caller, CancellationToken cancellationToken)
    {
        var names = (status ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(n => !Statuses.Contains(n)) is { } unknown)
            return Refused($"Invalid status value(s): {unknown}. Valid values: {string.Join(", ", Statuses.Select(s => s.Key))}");
        var (count, skip) = (Math.Clamp(limit ?? MaxLimit, 1, MaxLimit), Math.Max(0, offset ?? 0));
        var page = await api.ListAsync(caller, [.. names.SelectMany(n => Statuses[n])], count, skip, cancellationToken);
        var unreported = (await queue.EndedAsync(caller, cancellationToken)).ToDictionary(p => p.Id);
        // As far as their clients know these are running, so they are listed with the running ones.
        var jobs = page.Items.Where(p => !unreported.ContainsKey(p.Id));
        var total = page.Total - unreported.Values.Count(p => Wants(JobEntry.Status(p.Generation.Status))) + (Wants("in_progress") ? unreported.Count : 0);
        if (Wants("in_progress") && skip == 0)
            jobs = unreported.Values.Select(ReportedQueue.AsReported).OrderByDescending(p => p.Number).Concat(jobs);
        return ComfyResults.Json(new JsonObject
        {
            ["jobs"] = new JsonArray([.. jobs.Select(JobEntry.Of)]),
            ["pagination"] = new JsonObject
            {
                ["offset"] = skip,
                ["limit"] = limit is null ? null : count,
                ["total"] = total,
                ["has_more"] = skip + page.Items.Count < page.Total,
            },
        });

        bool Wants(string name) => names.Length == 0 || names.Contains(name);
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
