using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Catalog;
using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Conversion;

/// <summary>Converts the editor's format to the API's, as the editor does before it sends a workflow (<c>graphToPrompt</c>).</summary>
internal sealed class GraphConverter
{
    private const int MostNodes = 20_000;

    private readonly JsonObject _prompt = [];
    private readonly List<(JsonObject Inputs, string Name, string Origin)> _links = [];

    private GraphConverter()
    {
    }

    public static JsonObject Convert(EditorWorkflow workflow, NodeDefinitions definitions)
    {
        var converter = new GraphConverter();
        converter.Add(new Scope(workflow, definitions));
        // The outputs of muted nodes do not exist.
        foreach (var (inputs, name, origin) in converter._links.Where(l => !converter._prompt.ContainsKey(l.Origin)))
            inputs.Remove(name);
        return converter._prompt;
    }

    private void Add(Scope scope)
    {
        foreach (var node in scope.Graph.Nodes.Where(n => n is { IsMuted: false, IsBypassed: false } && !VirtualNodes.Contains(n.Type)))
        {
            if (scope.Inside(node) is { } inside)
                Add(inside);
            else
                Add(scope, node);
        }
    }

    private void Add(Scope scope, EditorNode node)
    {
        if (_prompt.Count >= MostNodes)
            throw new InvalidWorkflowException($"The workflow has more than {MostNodes} nodes.");
        var definition = scope.Definitions.Find(node.Type);
        var values = scope.ValuesOf(node);
        var inputs = new JsonObject();
        foreach (var (name, value, input) in values)
            inputs[name] = Written(Sent(scope, value, name, input));

        for (var slot = 0; slot < node.Inputs.Count; slot++)
        {
            var input = node.Inputs[slot];
            // The class no longer has this field.
            if (definition is not null && input.Field is not null && values.All(v => v.Name != input.Name) && definition.Find(input.Name) is null)
                continue;
            switch (LinkResolution.Follow(scope, node, slot))
            {
                case { Node: { } origin } output:
                    inputs[input.Name] = new JsonArray(origin, output.Slot);
                    _links.Add((inputs, input.Name, origin));
                    break;
                // Only fields have values; a socket cannot.
                case { } constant when input.Field is not null || values.Any(v => v.Name == input.Name):
                    inputs[input.Name] = Written(Sent(scope, constant.Value, input.Name, definition?.Find(input.Name)));
                    break;
            }
        }

        _prompt[scope.Prefix + node.Id] = new JsonObject
        {
            ["inputs"] = inputs,
            ["class_type"] = node.Type,
            ["_meta"] = new JsonObject { ["title"] = node.Title ?? definition?.Title ?? node.Type },
        };
    }

    private static JsonElement Sent(Scope scope, JsonElement value, string name, InputDefinition? input)
    {
        if (value.ValueKind != JsonValueKind.String)
            return value;
        var text = value.GetString()!;
        var sent = text;
        if (input?.Options.IsTrue("dynamicPrompts") == true)
            sent = DynamicPrompt.Resolve(text);
        else if (name == "filename_prefix")
            sent = PrefixText.Resolve(scope, text);
        return sent == text ? value : JsonSerializer.SerializeToElement(sent);
    }

    // A list would be taken for a link; wrapped like this, the server unwraps it.
    private static JsonNode? Written(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? new JsonObject { ["__value__"] = JsonNode.Parse(value.GetRawText()) }
        : JsonNode.Parse(value.GetRawText());
}
