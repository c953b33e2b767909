using System.Text.Json.Nodes;

namespace LockNGen.EndToEndTests.Recorded;

/// <summary>One prompt of a trace of a live ComfyUI: what was sent, every frame received, and the final history.</summary>
internal sealed class RecordedRun
{
    private RecordedRun(IReadOnlyList<JsonObject> entries, JsonObject post)
    {
        var begin = TimeOf(post);
        var end = Posts(entries).Select(TimeOf).Where(t => t > begin).DefaultIfEmpty(double.MaxValue).First();
        Workflow = post["request"]!["prompt"]!.AsObject();
        Answer = post["response"]!.AsObject();
        Frames = [.. entries.Where(e => IsFrame(e) && TimeOf(e) >= begin && TimeOf(e) < end)];
        History = entries.Select(e => (e["response"] as JsonObject)?[Id] as JsonObject).OfType<JsonObject>().Last();
    }

    /// <summary>The id that the live server gave the prompt.</summary>
    public string Id => Answer["prompt_id"]!.ToString();

    public JsonObject Workflow { get; }

    /// <summary>The answer to <c>POST /prompt</c>.</summary>
    public JsonObject Answer { get; }

    /// <summary>Texts and previews, in order; the last two are sent when the prompt has left the queue.</summary>
    public IReadOnlyList<JsonObject> Frames { get; }

    /// <summary>The entry of <c>/history</c>.</summary>
    public JsonObject History { get; }

    /// <summary>Reads one prompt of a trace.</summary>
    /// <param name="name">Path below the recordings' folder, without its ending.</param>
    /// <param name="prompt">Which one of the trace's accepted prompts.</param>
    public static RecordedRun Load(string name, int prompt)
    {
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recordings", name + ".jsonl")).Skip(1);
        JsonObject[] entries = [.. lines.Select(l => JsonNode.Parse(l)!.AsObject())];
        return new RecordedRun(entries, Posts(entries).ElementAt(prompt));
    }

    private static IEnumerable<JsonObject> Posts(IReadOnlyList<JsonObject> entries) =>
        entries.Where(e => e["method"]?.ToString() == "POST" && e["path"]!.ToString() == "/prompt" && (int)e["status"]! == 200);

    private static bool IsFrame(JsonObject entry) =>
        entry["kind"]!.ToString() is "text" or "binary" && entry["socket"]!.ToString() == "watcher" && entry["elided"] is null;

    private static double TimeOf(JsonObject entry) => entry["t_ms"]!.GetValue<double>();
}
