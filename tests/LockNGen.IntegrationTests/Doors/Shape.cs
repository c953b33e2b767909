using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>What a program sees of JSON: the fields and their order, the kinds of their values, and those texts that are words of the protocol.</summary>
internal static class Shape
{
    /// <summary>Texts that programs compare.</summary>
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal)
    {
        "type", "message", "details", "class_type", "exception_type", "exception_message", "status_str", "state", "node", "node_id", "node_type", "display_node",
        "received_value", "input_name", "error", "status", "mediaType", "nodeId",
    };

    /// <summary>Objects whose keys are ids.</summary>
    private static readonly HashSet<string> ByNode = new(StringComparer.Ordinal) { "nodes", "outputs", "meta", "node_errors", "prompt" };

    public static string Of(JsonNode? value, string name = "") => value switch
    {
        null => "null",
        JsonObject map when map.Count > 0 && map.All(p => Guid.TryParse(p.Key, out _)) => "{" + string.Join(", ", map.Select(p => "id: " + Of(p.Value, "entry")).Distinct()) + "}",
        // In the order of execution, which is chance among independent nodes.
        JsonObject map when ByNode.Contains(name) => "{" + string.Join(", ", map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}: {Of(p.Value, "value")}")) + "}",
        JsonObject map => "{" + string.Join(", ", map.Select(p => $"{p.Key}: {Of(p.Value, p.Key)}")) + "}",
        // Words and members that differ in kind (a message is [type, data]) stay apart; a list of equals is as long as it is.
        JsonArray list => "[" + string.Join(", ", list.Select((v, i) => Of(v, i == 0 && IsText(v) && list.Count == 2 && list[1] is JsonObject ? "type" : "member")).Distinct()) + "]",
        _ when IsText(value) => Words.Contains(name) ? '"' + value.ToString() + '"' : "text",
        _ => value.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => value.ToJsonString(),
            _ => "number",
        },
    };

    private static bool IsText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;
}
