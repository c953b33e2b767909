using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>What <c>GET /queue</c> says. <see cref="Pending"/> is in the order in which it will run.</summary>
internal sealed record QueueSnapshot(IReadOnlyList<QueueItem> Running, IReadOnlyList<QueueItem> Pending)
{
    public static QueueSnapshot Empty { get; } = new([], []);

    public int Remaining => Running.Count + Pending.Count;

    public QueueItem? Find(string promptId) => Running.Concat(Pending).FirstOrDefault(i => i.PromptId == promptId);

    public static QueueSnapshot Of(JsonElement answer) => answer.Child("queue_running") is null || answer.Child("queue_pending") is null
        ? throw new JsonException("It is no queue of ComfyUI.")
        : Of(answer.Items("queue_running").Select(QueueItem.Of), answer.Items("queue_pending").Select(QueueItem.Of));

    /// <summary>What runs, and what waits in any order: on the wire it is a heap, of which only the first entry is sure to be the next.</summary>
    public static QueueSnapshot Of(IEnumerable<QueueItem> running, IEnumerable<QueueItem> pending) =>
        new([.. running], [.. pending.OrderBy(i => i.Number).ThenBy(i => i.PromptId, StringComparer.Ordinal)]);
}

/// <summary>One prompt in ComfyUI's queue: <c>[number, prompt_id, prompt, extra_data, [output ids]]</c>.</summary>
internal sealed record QueueItem(double Number, string PromptId, string? ClientId, PromptMarker? Marker, IReadOnlyList<string> Outputs)
{
    public static QueueItem Of(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() < 5)
            throw new JsonException("An item of ComfyUI's queue is not [number, prompt_id, prompt, extra_data, outputs].");
        return new QueueItem(
            item[0].GetDouble(),
            item[1].AsText() ?? "",
            item[3].Text("client_id"),
            PromptMarker.Of(item[3]),
            item[4].ValueKind == JsonValueKind.Array ? [.. item[4].EnumerateArray().Select(o => o.ToString())] : []);
    }
}
