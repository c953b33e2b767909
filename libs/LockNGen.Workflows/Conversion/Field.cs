using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Conversion;

/// <summary>An entry in a node's list of values: the field of an input, or one that the editor adds (no input).</summary>
/// <param name="Name">The name of the input that it belongs to.</param>
/// <param name="Input">The input; null for a field that the editor adds.</param>
internal sealed record Field(string Name, InputDefinition? Input)
{
    /// <summary>
    /// The fields of a class in their order. Some depend on the choice in another: <paramref name="valueOf"/> returns it, by
    /// the name and the position of the field.
    /// </summary>
    public static List<Field> Of(NodeDefinition definition, Func<string, int, System.Text.Json.JsonElement?> valueOf, IEnumerable<string> sockets)
    {
        var fields = new List<Field>();
        Add(fields, definition.Inputs, valueOf, [.. sockets]);
        return fields;
    }

    /// <summary>The field that the editor adds after an input's own: how its value changes from run to run.</summary>
    public static IEnumerable<Field> OwnOf(InputDefinition input)
    {
        if (!input.HasControl)
            return [];
        // Lists have a filter as well.
        return input.IsList ? [new(input.Name, null), new(input.Name, null)] : [new(input.Name, null)];
    }

    private static void Add(List<Field> fields, IEnumerable<InputDefinition> inputs, Func<string, int, System.Text.Json.JsonElement?> valueOf, List<string> sockets)
    {
        foreach (var input in inputs)
        {
            if (input.Type == InputDefinition.Growing)
            {
                // As many as there are sockets of the group.
                Add(fields, sockets.Where(s => s.StartsWith(input.Name + ".", StringComparison.Ordinal)).Select(input.Member).OfType<InputDefinition>(), valueOf, sockets);
            }
            else if (input.HasField)
            {
                var place = fields.Count;
                fields.Add(new(input.Name, input));
                fields.AddRange(OwnOf(input));
                if (input.Type == InputDefinition.DynamicCombo && (valueOf(input.Name, place) ?? input.Default) is { } choice)
                    Add(fields, input.BroughtBy(choice), valueOf, sockets);
            }
        }
    }
}
