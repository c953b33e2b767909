using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Queue;

/// <summary>Waiting, running and finished prompts in the shape of the jobs API.</summary>
internal static class Job
{
    public static IReadOnlyList<string> Statuses { get; } = ["pending", "in_progress", "completed", "failed", "cancelled"];

    public static IEnumerable<JsonObject> All(PromptQueue queue)
    {
        var (running, pending) = queue.Snapshot();
        return
        [
            .. running.Select(i => Create(i, "in_progress")),
            .. pending.Select(i => Create(i, "pending")),
            .. queue.History().Select(h => Create(h, isDetailed: false)),
        ];
    }

    public static JsonObject? Find(PromptQueue queue, string id)
    {
        if (queue.FindHistory(id) is { } entry)
            return Create(entry, isDetailed: true);
        var (running, pending) = queue.Snapshot();
        if (running.FirstOrDefault(i => i.PromptId == id) is { } runs)
            return Create(runs, "in_progress");
        return pending.FirstOrDefault(i => i.PromptId == id) is { } waits ? Create(waits, "pending") : null;
    }

    private static JsonObject Create(QueueItem item, string status)
    {
        var job = Start(item, status);
        job["outputs_count"] = 0;
        return AddWorkflowId(job, item);
    }

    private static JsonObject Create(HistoryEntry entry, bool isDetailed)
    {
        var messages = entry.Messages.ToDictionary(m => m![0]!.ToString(), m => m![1]!.AsObject(), StringComparer.Ordinal);
        var status = entry.Completed ? "completed" : messages.ContainsKey("execution_interrupted") ? "cancelled" : "failed";
        var end = messages.GetValueOrDefault("execution_success") ?? messages.GetValueOrDefault("execution_error") ?? messages.GetValueOrDefault("execution_interrupted");

        var job = Start(entry.Item, status);
        Add(job, "execution_start_time", messages.GetValueOrDefault("execution_start")?["timestamp"]);
        Add(job, "execution_end_time", end?["timestamp"]);
        Add(job, "execution_error", messages.GetValueOrDefault("execution_error"));
        var (count, preview) = Summarize(entry.Outputs);
        job["outputs_count"] = count;
        Add(job, "preview_output", preview);
        AddWorkflowId(job, entry.Item);
        if (isDetailed)
        {
            job["outputs"] = entry.Outputs.DeepClone();
            job["execution_status"] = entry.StatusJson();
            job["workflow"] = new JsonObject { ["prompt"] = entry.Item.Prompt.DeepClone(), ["extra_data"] = entry.Item.VisibleExtraData() };
        }

        return job;
    }

    private static JsonObject Start(QueueItem item, string status)
    {
        var job = new JsonObject { ["id"] = item.PromptId, ["status"] = status, ["priority"] = item.NumberJson.DeepClone() };
        Add(job, "create_time", item.ExtraData["create_time"]);
        return job;
    }

    private static JsonObject AddWorkflowId(JsonObject job, QueueItem item)
    {
        Add(job, "workflow_id", ((item.ExtraData["extra_pnginfo"] as JsonObject)?["workflow"] as JsonObject)?["id"]);
        return job;
    }

    private static void Add(JsonObject job, string name, JsonNode? value)
    {
        if (value is not null)
            job[name] = value.DeepClone();
    }

    /// <summary>How many files there are, and the one to show, preferably a saved one.</summary>
    private static (int Count, JsonObject? Preview) Summarize(JsonObject outputs)
    {
        var count = 0;
        JsonObject? saved = null;
        JsonObject? temporary = null;
        foreach (var (nodeId, node) in outputs)
        {
            foreach (var (media, items) in node!.AsObject())
            {
                foreach (var item in (items as JsonArray)?.OfType<JsonObject>() ?? [])
                {
                    count++;
                    var preview = item.DeepClone().AsObject();
                    preview["nodeId"] = nodeId;
                    preview["mediaType"] = media;
                    if (item["type"]?.ToString() == "output")
                        saved ??= preview;
                    else
                        temporary ??= preview;
                }
            }
        }

        return (count, saved ?? temporary);
    }
}
