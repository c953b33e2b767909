using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>
/// What must be equal: kinds, field names and their order, JSON types, texts, counts. What may differ: ids, times,
/// random names, memory sizes, versions, tensor dumps, and the order within lists that come from Python sets.
/// </summary>
internal static partial class Normalization
{
    private static readonly HashSet<string> MachineDependent = new(StringComparer.Ordinal)
    {
        "timestamp", "create_time", "execution_start_time", "execution_end_time", "python_version", "pytorch_version", "ram_total", "ram_free",
        "vram_total", "vram_free", "torch_vram_total", "torch_vram_free",
    };

    /// <summary>Lists whose members depend on the machine or on the recorder's redactions.</summary>
    private static readonly HashSet<string> Opaque = new(StringComparer.Ordinal) { "traceback", "argv", "comfy_package_versions" };

    /// <summary>One line per frame, comparable between a recording and a replay. <paramref name="ids"/> maps recorded prompt ids to simulated ones.</summary>
    public static string Frame(JsonObject? json, byte[] bytes, Func<string, string> ids, bool kindOnly) => json is not null
        ? Text(json, ids)
        : kindOnly ? $"binary {bytes[3]}" : Binary(bytes);

    public static string Json(JsonNode? value, Func<string, string> ids) => Describe(value, name: "", ids);

    /// <summary>
    /// Folds the repeated steps of a sampler into one: how many there are in a trace that was joined late, or that
    /// version B throttled, depends on the clock.
    /// </summary>
    public static string Fold(IEnumerable<string> frames)
    {
        var text = string.Join('\n', frames) + "\n";
        return RepeatedStep().Replace(text, "${step}");
    }

    public static string HideTemporaryNames(string text) => TemporaryName().Replace(text, "ComfyUI_temp_*_");

    public static IEnumerable<string> TemporaryNames(string text) => TemporaryName().Matches(text).Select(m => m.Value);

    private static string Text(JsonObject message, Func<string, string> ids)
    {
        var (type, data) = (message["type"]!.ToString(), message["data"]!.AsObject());
        if (type == "progress")
            return $"progress {data["node"]} {string.Join(',', data.Select(p => p.Key))}";
        if (type == "progress_state")
            return "progress_state " + string.Join(' ', data["nodes"]!.AsObject().Select(State));
        return $"{type} {Describe(data, name: "", ids)}";
    }

    private static string State(KeyValuePair<string, JsonNode?> node)
    {
        var state = node.Value!.AsObject();
        return $"{node.Key}:{state["state"]}:{state["display_node_id"]}:{state["parent_node_id"]}:{string.Join(',', state.Select(p => p.Key))}";
    }

    private static string Binary(byte[] bytes)
    {
        var length = bytes.Length >= 8 ? (bytes[4] << 24) | (bytes[5] << 16) | (bytes[6] << 8) | bytes[7] : 0;
        return bytes[3] switch
        {
            3 => $"binary 3 {Encoding.UTF8.GetString(bytes, 8, length)} {Encoding.UTF8.GetString(bytes, 8 + length, bytes.Length - 8 - length)}",
            4 => $"binary 4 {Metadata(JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject())} {Image(bytes.AsSpan(8 + length))}",
            var kind => $"binary {kind} type {length} {Image(bytes.AsSpan(8))}",
        };
    }

    private static string Metadata(JsonObject metadata) => string.Join(',', metadata.Select(p => p.Key == "prompt_id" ? p.Key : $"{p.Key}={p.Value}"));

    private static string Image(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xD8, 0xFF, ..] => "JPEG",
        [0x89, 0x50, 0x4E, 0x47, ..] => "PNG",
        _ => "unknown",
    };

    private static string Describe(JsonNode? value, string name, Func<string, string> ids)
    {
        if (MachineDependent.Contains(name))
            return value?.GetValueKind().ToString() ?? "null";
        if (Opaque.Contains(name))
            return value?.GetValueKind().ToString() ?? "null";
        return value switch
        {
            null => "null",
            // By node id, in the order of execution, which is chance among independent outputs.
            JsonObject map when map.Count > 0 && map.All(p => int.TryParse(p.Key, out _)) =>
                "{" + string.Join(", ", map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}: {Describe(p.Value, p.Key, ids)}")) + "}",
            JsonObject map => "{" + string.Join(", ", map.Select(p => $"{ids(p.Key)}: {Describe(p.Value, p.Key, ids)}")) + "}",
            JsonArray list when list.Count > 0 && list.All(IsText) => "[" + string.Join(", ", list.Select(t => Describe(t, name, ids)).Order(StringComparer.Ordinal)) + "]",
            JsonArray list when name == "jobs" => "[" + string.Join(", ", list.OrderBy(j => j!["priority"]!.GetValue<int>()).Select(t => Describe(t, "", ids))) + "]",
            JsonArray list => "[" + string.Join(", ", list.Select(t => Describe(t, "", ids))) + "]",
            _ when value.GetValueKind() == JsonValueKind.String => Quote(ids(value.GetValue<string>())),
            _ when value.GetValueKind() == JsonValueKind.Number => value.ToJsonString(),
            _ => value.ToJsonString(),
        };
    }

    private static bool IsText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;

    private static string Quote(string text) => text.StartsWith("tensor(", StringComparison.Ordinal)
        ? "tensor"
        : '"' + HideTemporaryNames(text) + '"';

    [GeneratedRegex("ComfyUI_temp_[a-z]{5}_", RegexOptions.None, 1000)]
    private static partial Regex TemporaryName();

    [GeneratedRegex("(?<step>(?:progress_state [^\n]*\n|progress [^\n]*\n|binary [14][^\n]*\n)+?)\\k<step>+", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex RepeatedStep();
}
