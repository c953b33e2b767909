using System.Globalization;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Http;

/// <summary>What <c>GET /api/jobs</c> is asked for. ComfyUI takes the same, and refuses the rest in the same words.</summary>
/// <param name="Statuses">ComfyUI's names of the statuses that are wanted; all if there are none.</param>
/// <param name="ByDuration">Whether to sort by how long they ran, and not by when they were submitted.</param>
/// <param name="IsAscending">Whether the oldest, or the shortest, comes first.</param>
/// <param name="Limit">How many at most; all if null.</param>
/// <param name="Offset">How many to leave out at the beginning.</param>
/// <param name="WorkflowId">The editor's id of the workflow (<c>extra_pnginfo.workflow.id</c>); any if null.</param>
internal sealed record JobQuery(IReadOnlyList<string> Statuses, bool ByDuration, bool IsAscending, int? Limit, int Offset, string? WorkflowId)
{
    /// <summary>ComfyUI's status names, each with the statuses that it covers.</summary>
    public static readonly ILookup<string, GenerationStatus> Known =
        Enum.GetValues<GenerationStatus>().Where(s => s != GenerationStatus.Unknown).ToLookup(JobEntry.Status, StringComparer.Ordinal);

    /// <summary>Whether this is the order in which the API lists prompts.</summary>
    public bool IsNewestFirst => !ByDuration && !IsAscending && WorkflowId is null;

    public bool Wants(string status) => Statuses.Count == 0 || Statuses.Contains(status);

    /// <summary>Reads a query; null, with what is wrong, if it is invalid.</summary>
    public static JobQuery? Read(IQueryCollection query, out string error)
    {
        var statuses = Text(query, "status")?.ToLowerInvariant().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var (sortBy, order) = (Text(query, "sort_by")?.ToLowerInvariant() ?? "created_at", Text(query, "sort_order")?.ToLowerInvariant() ?? "desc");
        var (limit, offset) = (Number(query, "limit"), Number(query, "offset"));
        error =
            statuses.Where(s => !Known.Contains(s)).ToList() is { Count: > 0 } unknown
                ? $"Invalid status value(s): {string.Join(", ", unknown)}. Valid values: {string.Join(", ", Known.Select(s => s.Key))}"
            : sortBy is not ("created_at" or "execution_duration") ? "sort_by must be 'created_at' or 'execution_duration'"
            : order is not ("asc" or "desc") ? "sort_order must be 'asc' or 'desc'"
            : !limit.IsNumber ? "limit must be an integer"
            : limit.Value <= 0 ? "limit must be a positive integer"
            : !offset.IsNumber ? "offset must be an integer"
            : "";
        return error.Length > 0 ? null : new JobQuery(statuses, sortBy == "execution_duration", order == "asc", limit.Value, Math.Max(0, offset.Value ?? 0), Text(query, "workflow_id"));
    }

    private static string? Text(IQueryCollection query, string name) => query[name].FirstOrDefault() is { Length: > 0 } text ? text : null;

    private static (bool IsNumber, int? Value) Number(IQueryCollection query, string name) =>
        query[name].FirstOrDefault() is not { } text ? (true, null)
        : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? (true, value)
        : (false, null);
}
