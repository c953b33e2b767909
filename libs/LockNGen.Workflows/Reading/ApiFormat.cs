using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Reading;

/// <summary>The format in which a workflow is sent to ComfyUI: nodes by their ids.</summary>
internal static class ApiFormat
{
    private static readonly string[] Parts = ["inputs", "class_type", "_meta"];

    public static bool IsOne(JsonElement json) => json.ValueKind == JsonValueKind.Object && json.EnumerateObject().Any(m => IsNode(m.Value));

    /// <summary>Its nodes and their contents; of two with the same id the last one wins, as in Python.</summary>
    public static JsonObject Read(JsonElement json)
    {
        var workflow = new JsonObject();
        foreach (var member in json.EnumerateObject().Where(m => IsNode(m.Value)))
        {
            var node = new JsonObject { ["inputs"] = new JsonObject() };
            foreach (var part in member.Value.EnumerateObject().Where(p => Parts.Contains(p.Name)))
                node[part.Name] = part is { Name: "inputs", Value.ValueKind: JsonValueKind.Object } ? Inputs(part.Value) : JsonNode.Parse(part.Value.GetRawText());
            workflow[member.Name] = node;
        }

        return workflow;
    }

    private static JsonObject Inputs(JsonElement element)
    {
        var inputs = new JsonObject();
        foreach (var input in element.EnumerateObject())
            inputs[input.Name] = JsonNode.Parse(input.Value.GetRawText());
        return inputs;
    }

    private static bool IsNode(JsonElement value) => value.Text("class_type") is not null;
}
