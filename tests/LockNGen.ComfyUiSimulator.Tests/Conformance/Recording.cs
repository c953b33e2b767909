using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>One trace of a real server: JSON Lines, a header and then what was sent and received, in order of completion.</summary>
internal sealed class Recording
{
    private Recording(string name, IReadOnlyList<JsonObject> entries)
    {
        Name = name;
        Entries = entries;
    }

    public string Name { get; }

    public IReadOnlyList<JsonObject> Entries { get; }

    /// <summary>What the client did, in the order in which it began.</summary>
    public IEnumerable<JsonObject> Actions => Entries.Where(IsAction).OrderBy(Time);

    public IEnumerable<string> Sockets => Entries.Where(e => Kind(e) == "connected").Select(e => e["socket"]!.ToString());

    /// <summary>The prompts that were accepted.</summary>
    public IEnumerable<string> Prompts =>
        Entries.Where(e => e["path"]?.ToString() == "/prompt").Select(e => (e["response"] as JsonObject)?["prompt_id"]?.ToString()).OfType<string>();

    /// <summary>The prompts that had begun when an action began; without an action, all that began.</summary>
    public IEnumerable<string> Begun(JsonObject? action) => Entries.Where(e => action is null || Time(e) < Time(action))
        .Select(e => e["data"]).OfType<JsonObject>().Where(d => d["type"]?.ToString() == "execution_start").Select(d => d["data"]!["prompt_id"]!.ToString()).Distinct();

    public static Recording Load(string version, string scenario)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Recordings", version == "B" ? "v0.27.0" : "");
        var file = Directory.GetFiles(folder, scenario + "*.jsonl").Single();
        var lines = File.ReadLines(file).Skip(1).Select(l => JsonNode.Parse(l)!.AsObject());
        return new Recording($"{version}/{Path.GetFileNameWithoutExtension(file)}", [.. lines]);
    }

    public static string Kind(JsonObject entry) => entry["kind"]!.ToString();

    public static double Time(JsonObject entry) => entry["t_ms"]!.GetValue<double>();

    /// <summary>All frames that a socket received.</summary>
    public IReadOnlyList<JsonObject> Frames(string socket) => [.. Entries.Where(e => IsFrame(e, socket))];

    /// <summary>Frames that a socket had received when an action began. A request's entry is at the position of its answer, so its time decides.</summary>
    public IReadOnlyList<JsonObject> Frames(string socket, JsonObject action) => Kind(action) == "http"
        ? [.. Entries.Where(e => IsFrame(e, socket) && Time(e) < Time(action))]
        : [.. Entries.TakeWhile(e => e != action).Where(e => IsFrame(e, socket))];

    private static bool IsFrame(JsonObject entry, string socket) => Kind(entry) is "text" or "binary" && entry["socket"]!.ToString() == socket;

    private static bool IsAction(JsonObject entry) => Kind(entry) switch
    {
        "connect" or "sent" or "http" => true,
        "note" => true,
        _ => false,
    };
}
