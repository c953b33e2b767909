using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>The answer of <c>GET /queue</c>. <see cref="Pending"/> is in the order in which it will run.</summary>
internal sealed record QueueSnapshot(IReadOnlyList<QueueItem> Running, IReadOnlyList<QueueItem> Pending)
{
    public static QueueSnapshot Empty { get; } = new([], []);

    public int Remaining => Running.Count + Pending.Count;

    public QueueItem? Find(string promptId) => Running.Concat(Pending).FirstOrDefault(i => i.PromptId == promptId);

    /// <summary>Reads the answer; a malformed entry does not affect the others.</summary>
    public static QueueSnapshot Of(JsonElement answer) => answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("queue_running", out _)
        ? Of(ItemsOf(answer, "queue_running"), ItemsOf(answer, "queue_pending"))
        : throw new JsonException("It is not a queue of ComfyUI.");

    private static IEnumerable<QueueItem> ItemsOf(JsonElement answer, string name) => answer.Items(name).Select(QueueItem.Of).OfType<QueueItem>();

    /// <summary>The running prompts, and the waiting ones in any order: on the wire it is a heap, of which only the first entry is certain to be the next.</summary>
    public static QueueSnapshot Of(IEnumerable<QueueItem> running, IEnumerable<QueueItem> pending) =>
        new([.. running], [.. pending.OrderBy(i => i.Number).ThenBy(i => i.PromptId, StringComparer.Ordinal)]);
}

/// <summary>One prompt in ComfyUI's queue: <c>[number, prompt_id, prompt, extra_data, [output ids]]</c>.</summary>
internal sealed record QueueItem(double Number, string PromptId, string? ClientId, PromptMarker? Marker, IReadOnlyList<string> Outputs)
{
    /// <summary>Null if it names no prompt.</summary>
    public static QueueItem? Of(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() < 2 || item[1].AsText() is not { Length: > 0 } id)
            return null;
        var extra = item.GetArrayLength() > 3 ? item[3] : default;
        return new QueueItem(
            item[0].AsNumber() ?? 0,
            id,
            extra.Text("client_id"),
            PromptMarker.Of(extra),
            item.GetArrayLength() > 4 && item[4].ValueKind == JsonValueKind.Array ? [.. item[4].EnumerateArray().Select(o => o.ToString())] : []);
    }
}
