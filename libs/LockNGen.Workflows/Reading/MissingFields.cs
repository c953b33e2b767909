using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Catalog;
using LockNGen.Workflows.Conversion;

namespace LockNGen.Workflows.Reading;

/// <summary>
/// Fields that a class has gained since a workflow was written: ComfyUI refuses a prompt without them, and its editor, which reads the same
/// file, has a field for each and sends its value.
/// </summary>
internal static class MissingFields
{
    public static JsonObject Fill(JsonObject workflow, NodeDefinitions definitions)
    {
        foreach (var (_, node) in workflow)
        {
            if (definitions.Find((string)node!["class_type"]!) is { } definition && node["inputs"] is JsonObject inputs)
                Fill(inputs, definition);
        }

        return workflow;
    }

    private static void Fill(JsonObject inputs, NodeDefinition definition)
    {
        var fields = Field.Of(definition, (name, _) => inputs[name] is { } value ? JsonSerializer.SerializeToElement(value) : null, inputs.Select(i => i.Key));
        foreach (var input in fields.Select(f => f.Input).OfType<InputDefinition>())
        {
            if (input is { IsRequired: true, Default: { } value } && !TakesFile(input) && !inputs.ContainsKey(input.Name))
                inputs[input.Name] = JsonNode.Parse(value.GetRawText());
        }
    }

    // Someone else's picture must not be a default.
    private static bool TakesFile(InputDefinition input) =>
        input.Options.ValueKind == JsonValueKind.Object && input.Options.EnumerateObject().Any(o => o.Name.EndsWith("upload", StringComparison.Ordinal));
}
