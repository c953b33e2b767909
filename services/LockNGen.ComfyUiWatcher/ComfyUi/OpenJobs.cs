using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>What <c>GET /api/jobs</c> of newer servers says about waiting and running prompts: which, and in what order, but not whose they are.</summary>
internal sealed record OpenJobs(IReadOnlyList<OpenJob> All)
{
    /// <summary>What to ask for.</summary>
    public const string Path = "api/jobs?status=pending,in_progress&sort_by=created_at&sort_order=asc";

    public static OpenJobs Of(JsonElement answer) => answer.Child("jobs") is { ValueKind: JsonValueKind.Array } jobs
        && answer.Child("pagination")?.Child("has_more")?.ValueKind is null or JsonValueKind.False
            ? new([.. jobs.EnumerateArray().Select(OpenJob.Of)])
            : throw new JsonException("It is not a list of all open jobs.");

    /// <summary>The same as a queue, with what is known of each prompt; null if one of them is not known.</summary>
    public QueueSnapshot? With(QueueSnapshot known)
    {
        var items = All.Select(j => known.Find(j.Id) is { } item ? item with { Number = j.Number } : null).ToList();
        return items.Contains(null)
            ? null
            : QueueSnapshot.Of(items.Where((_, i) => All[i].IsRunning).OfType<QueueItem>(), items.Where((_, i) => !All[i].IsRunning).OfType<QueueItem>());
    }
}

/// <summary>One of them; its number is what ComfyUI calls its priority.</summary>
internal sealed record OpenJob(string Id, bool IsRunning, double Number)
{
    public static OpenJob Of(JsonElement job) => new(
        job.Text("id") ?? throw new JsonException("A job without an id."),
        job.Text("status") switch { "in_progress" => true, "pending" => false, var other => throw new JsonException($"A job is {other} that was not requested.") },
        job.Child("priority")?.AsNumber() ?? throw new JsonException("A job without a priority."));
}
