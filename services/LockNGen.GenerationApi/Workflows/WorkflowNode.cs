using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.GenerationApi.Workflows;

/// <summary>A node of a workflow.</summary>
internal sealed record WorkflowNode(string Id, string ClassType, JsonObject Inputs)
{
    /// <summary>An input that is a whole number.</summary>
    public long? Integer(string input) =>
        Inputs[input] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.GetValue<JsonElement>().TryGetInt64(out var number)
            ? number
            : null;

    /// <summary>An input's value as it was sent.</summary>
    public JsonElement Element(string input) => Inputs[input] switch
    {
        null => JsonElement.Parse("null"),
        JsonValue value when value.TryGetValue(out JsonElement element) => element,
        var other => JsonElement.Parse(other.ToJsonString()),
    };

    /// <summary>An input that is text.</summary>
    public string? Text(string input) => Inputs[input] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The node that an input comes from; null if it is a value, or not a link that ComfyUI can follow.</summary>
    public string? SourceOf(string input) =>
        Inputs[input] is JsonArray { Count: 2 } link && link[0] is JsonValue id && id.TryGetValue<string>(out var source) && link[1] is JsonValue ? source : null;
}
