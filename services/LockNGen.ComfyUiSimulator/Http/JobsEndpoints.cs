using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Queue;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary><c>/api/jobs</c>, which only version B has, and only under <c>/api</c>.</summary>
internal static class JobsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/jobs", List);
        api.MapGet("/jobs/{id}", (string id, ComfyUiServer server) => Job.Find(server.Queue, id) is { } job
            ? ComfyResults.Json(job)
            : ComfyResults.Json(new JsonObject { ["error"] = "Job not found" }, StatusCodes.Status404NotFound));
        api.MapPost("/jobs/{id}/cancel", (string id, ComfyUiServer server) => Cancelled(Cancel(server, id)));
        api.MapPost("/jobs/cancel", CancelManyAsync);
    }

    private static IResult List(HttpRequest request, ComfyUiServer server)
    {
        var wanted = request.Query["status"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var unknown = wanted.Except(Job.Statuses, StringComparer.Ordinal).ToArray();
        if (unknown.Length > 0)
            return BadRequest($"Invalid status value(s): {string.Join(", ", unknown)}. Valid values: {string.Join(", ", Job.Statuses)}");
        var sortBy = request.Query["sort_by"].ToString() is { Length: > 0 } field ? field : "created_at";
        if (sortBy is not ("created_at" or "execution_duration"))
            return BadRequest("sort_by must be 'created_at' or 'execution_duration'");
        var order = request.Query["sort_order"].ToString() is { Length: > 0 } direction ? direction : "desc";
        if (order is not ("asc" or "desc"))
            return BadRequest("sort_order must be 'asc' or 'desc'");
        int? limit = null;
        if (request.Query["limit"].ToString() is { Length: > 0 } limitText)
        {
            if (!int.TryParse(limitText, out var parsed))
                return BadRequest("limit must be an integer");
            if (parsed <= 0)
                return BadRequest("limit must be a positive integer");
            limit = parsed;
        }

        if (!int.TryParse(request.Query["offset"].ToString() is { Length: > 0 } offsetText ? offsetText : "0", out var offset))
            return BadRequest("offset must be an integer");
        offset = Math.Max(0, offset);

        var workflow = request.Query["workflow_id"].ToString();
        var jobs = Job.All(server.Queue)
            .Where(j => wanted.Length == 0 || wanted.Contains(j["status"]!.ToString(), StringComparer.Ordinal))
            .Where(j => workflow.Length == 0 || j["workflow_id"]?.ToString() == workflow);
        var sorted = Sort(jobs, sortBy, order).ToArray();
        var page = sorted.Skip(offset).Take(limit ?? int.MaxValue).ToArray();
        return ComfyResults.Json(new JsonObject
        {
            ["jobs"] = new JsonArray([.. page]),
            ["pagination"] = new JsonObject
            {
                ["offset"] = offset, ["limit"] = limit, ["total"] = sorted.Length, ["has_more"] = offset + page.Length < sorted.Length,
            },
        });
    }

    private static IEnumerable<JsonObject> Sort(IEnumerable<JsonObject> jobs, string by, string order)
    {
        long Key(JsonObject job) => by == "created_at" ? Time(job, "create_time") : Time(job, "execution_end_time") - Time(job, "execution_start_time");
        return order == "asc" ? jobs.OrderBy(Key) : jobs.OrderByDescending(Key);
    }

    private static long Time(JsonObject job, string name) => job[name]?.GetValue<long>() ?? 0;

    private static async Task<IResult> CancelManyAsync(HttpRequest request, ComfyUiServer server, CancellationToken cancellationToken)
    {
        var body = await ComfyResults.ReadOptionalJsonAsync(request, cancellationToken);
        if (body["job_ids"] is not JsonArray ids || ids.Count == 0)
            return BadRequest("job_ids must be a non-empty list");
        var invalid = ids.Where(i => i is not JsonValue value || !Guid.TryParseExact(value.ToString(), "D", out var id) || id.ToString() != value.ToString()).ToArray();
        if (invalid.Length > 0)
        {
            return ComfyResults.Json(
                new JsonObject { ["error"] = "job_ids contains invalid id(s)", ["invalid_ids"] = new JsonArray([.. invalid.Select(i => i?.DeepClone())]) },
                StatusCodes.Status400BadRequest);
        }

        var any = false;
        foreach (var id in ids)
            any |= Cancel(server, id!.ToString());
        return Cancelled(any);
    }

    private static bool Cancel(ComfyUiServer server, string id)
    {
        if (server.Queue.Running?.PromptId != id)
            return server.Queue.Delete(id);
        server.Worker.Interrupt.Set();
        return true;
    }

    private static IResult Cancelled(bool any) => ComfyResults.Json(new JsonObject { ["cancelled"] = any });

    private static IResult BadRequest(string error) => ComfyResults.Json(new JsonObject { ["error"] = error }, StatusCodes.Status400BadRequest);
}
