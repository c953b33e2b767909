using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>
/// What a socket was sent about one prompt, line by line, to compare a real server with a door. Only the differences listed in docs/doors.md are
/// evened out here: <c>executed</c> comes before the outcome, an error has no traceback, and there are fewer feature flags. The number of reported
/// steps depends on the clock.
/// </summary>
internal sealed class ReportedFrames
{
    private static readonly string[] Outcomes = ["execution_success", "execution_error", "execution_interrupted"];

    private readonly List<(string Type, string? Node, string Line)> _lines = [];

    private ReportedFrames()
    {
    }

    /// <summary>Nodes that were reported as running.</summary>
    public IEnumerable<string> Nodes => _lines.Where(l => l is { Type: "executing", Node: not null }).Select(l => l.Node!).Distinct();

    /// <summary>It was cancelled while it waited: a door sends an end, a real server does not.</summary>
    public bool NeverRan => _lines.Exists(l => l.Type == "execution_interrupted") && !_lines.Exists(l => l.Type == "execution_start");

    /// <summary>Whether a frame ends its prompt; an output that is blocked ends nothing.</summary>
    public static bool IsOutcome(JsonObject? frame) =>
        Outcomes.Contains(frame?["type"]?.ToString()) && frame!["data"]!["exception_type"]?.ToString() != "ExecutionBlocked";

    /// <summary>Whether a frame is the last of its prompt.</summary>
    public static bool IsLast(JsonObject? frame) => frame?["type"]?.ToString() == "executing" && frame["data"]!["node"] is null;

    /// <summary>By prompt, in the order of their beginnings. What has none (status, flags) is under the empty id.</summary>
    public static List<KeyValuePair<string, ReportedFrames>> Of(IEnumerable<(JsonObject? Json, byte[] Bytes)> frames)
    {
        var prompts = new List<KeyValuePair<string, ReportedFrames>>();
        var current = "";
        foreach (var (json, bytes) in frames)
        {
            if (json?["data"]?["prompt_id"]?.ToString() is { } id)
                current = id;
            var key = json is not null && json["data"]?["prompt_id"] is null ? "" : current;
            var told = prompts.Find(p => p.Key == key).Value;
            if (told is null)
                prompts.Add(KeyValuePair.Create(key, told = new ReportedFrames()));
            told.Add(json, bytes);
        }

        return prompts;
    }

    /// <summary>
    /// All lines, but only these running nodes. Progress and previews of nodes that are done at once may have been skipped: what the other was not
    /// sent about those is left out, unless <paramref name="isSlow"/> says that no node was fast.
    /// </summary>
    public List<string> Lines(IReadOnlySet<string> nodes, ReportedFrames other, bool isSlow)
    {
        var lines = _lines.Where(l => (l.Type != "executing" || l.Node is null || nodes.Contains(l.Node)) && (isSlow || !IsProgress(l.Line) || other._lines.Exists(o => o.Line == l.Line))).ToList();
        var executed = lines.Where(l => l.Type == "executed").OrderBy(l => l.Line, StringComparer.Ordinal).ToList();
        lines.RemoveAll(l => l.Type == "executed");
        var outcome = lines.FindIndex(l => Outcomes.Contains(l.Type));
        lines.InsertRange(outcome < 0 ? lines.Count : outcome, executed);
        // Progress is sent in rounds of three; their number and their order are up to chance.
        var told = new List<string>();
        foreach (var (type, _, line) in lines)
        {
            var isRepeated = type is "progress" or "progress_state" or "binary" or "status";
            if (!isRepeated || !told.Contains(line))
                told.Add(line);
        }

        return [.. told.Where(l => !IsAnywhere(l)), .. told.Where(IsAnywhere).Order(StringComparer.Ordinal)];
    }

    /// <summary>A change of the queue may be sent while something else happens; only the first status, which has the session's id, has its place.</summary>
    private static bool IsAnywhere(string line) =>
        IsProgress(line) || (line.StartsWith("status", StringComparison.Ordinal) && !line.Contains("sid", StringComparison.Ordinal));

    private static bool IsProgress(string line) => line.StartsWith("progress", StringComparison.Ordinal) || line.StartsWith("binary", StringComparison.Ordinal);

    private void Add(JsonObject? json, byte[] bytes)
    {
        if (json is null)
        {
            _lines.Add(("binary", null, Picture(bytes)));
            return;
        }

        var (type, data) = (json["type"]!.ToString(), json["data"]!.AsObject().DeepClone().AsObject());
        // A blocked output ends nothing, and the door does not report it.
        if (type == "execution_error" && data["exception_type"]?.ToString() == "ExecutionBlocked")
            return;
        if (type is "execution_error" or "execution_interrupted")
            DoorDifferences.Without(data);
        // They are known when the first other node runs; if none ran, they were not reported.
        if (type == "execution_cached")
            data["nodes"] = new JsonArray();
        if (type == "feature_flags")
            data = new JsonObject(data.Where(f => f.Key is "supports_preview_metadata" or "max_upload_size").Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone())));
        if (type == "progress_state")
        {
            // What is the same for every node is listed once.
            foreach (var state in data["nodes"]!.AsObject().Select(n => n.Value!))
                _lines.Add((type, null, $"progress_state {string.Join(", ", data.Select(p => p.Key))}: {string.Join(", ", state.AsObject().Select(p => p.Key))}, {state["state"]}"));
            return;
        }

        _lines.Add((type, data["node"]?.ToString(), $"{type} {Shape.Of(data)}"));
    }

    private static string Picture(byte[] bytes)
    {
        var (kind, length) = (BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4)));
        var metadata = kind == 4 ? string.Join(", ", JsonNode.Parse(Encoding.UTF8.GetString(bytes, 8, length))!.AsObject().Select(p => p.Key)) : length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var image = bytes.AsSpan(kind == 4 ? 8 + length : 8) switch { [0xFF, 0xD8, ..] => "JPEG", [0x89, 0x50, ..] => "PNG", _ => "unknown" };
        return $"binary {kind} {metadata} {image}";
    }
}
