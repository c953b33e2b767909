using System.Text.Json;
using LockNGen.Workflows.Catalog;
using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Conversion;

/// <summary>The values of a node's fields by their names, in order; a value that was not saved is the editor's default.</summary>
internal static class FieldValues
{
    public static IReadOnlyList<(string Name, JsonElement Value, InputDefinition? Input)> Read(EditorNode node, NodeDefinition? definition)
    {
        if (SpecialFields.Read(node) is { } special)
            return special;
        var saved = SavedByName(node, definition);
        if (definition is null)
            return [.. saved.Select(s => (s.Key, s.Value, (InputDefinition?)null))];
        var fields = Field.Of(definition, (name, _) => saved.TryGetValue(name, out var value) ? value : null, node.Inputs.Select(i => i.Name));
        var values = new List<(string, JsonElement, InputDefinition?)>();
        foreach (var input in fields.Select(f => f.Input).OfType<InputDefinition>())
        {
            var value = saved.TryGetValue(input.Name, out var told) && told.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? told : input.Default;
            if (value is { } known)
                values.Add((input.Name, known, input));
        }

        // Values with names say what they are for; nodes that save them this way have fields that no catalog lists.
        if (node.Values.ValueKind == JsonValueKind.Object)
            values.AddRange(saved.Where(s => fields.All(f => f.Name != s.Key) && IsPlain(s)).Select(s => (s.Key, s.Value, (InputDefinition?)null)));
        return values;
    }

    private static bool IsPlain(KeyValuePair<string, JsonElement> saved) =>
        saved.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
        && !saved.Key.StartsWith("control_", StringComparison.Ordinal) && !saved.Key.Contains("upload", StringComparison.Ordinal);

    private static Dictionary<string, JsonElement> SavedByName(EditorNode node, NodeDefinition? definition)
    {
        var saved = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (node.NamedValues.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in node.NamedValues.EnumerateObject())
                saved[member.Name] = member.Value;
            return saved;
        }

        if (node.Values.ValueKind != JsonValueKind.Array)
            return saved;
        var values = node.Values.EnumerateArray().ToList();
        if (BySockets(node, definition, values) is { } bySockets)
            return bySockets;
        if (definition is null)
            return saved;
        values = WithoutSockets(definition, values);
        var fields = Field.Of(definition, (_, place) => place < values.Count ? values[place] : null, node.Inputs.Select(i => i.Name));
        var aligned = FieldAlignment.Align(fields, values);
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Input is not null && aligned[i] is { } value)
                saved[fields[i].Name] = value;
        }

        return saved;
    }

    /// <summary>Newer editors save a socket for each field: if all are present, they name the values.</summary>
    private static Dictionary<string, JsonElement>? BySockets(EditorNode node, NodeDefinition? definition, List<JsonElement> values)
    {
        var saved = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var next = 0;
        foreach (var name in node.Inputs.Select(i => i.Field).OfType<string>())
        {
            if (next >= values.Count)
                return null;
            saved[name] = values[next++];
            var known = definition?.Find(name);
            if (known is null ? next < values.Count && FieldFit.IsControl(values[next]) : known.HasControl)
                next += known is null ? 1 : Field.OwnOf(known).Count();
        }

        return next == values.Count && next > 0 ? saved : null;
    }

    /// <summary>Before 2025 inputs that only take links had a value as well, which was not shown.</summary>
    private static List<JsonElement> WithoutSockets(NodeDefinition definition, List<JsonElement> values)
    {
        if (!definition.Inputs.Any(i => i.Options.IsTrue("forceInput")))
            return values;
        var fields = definition.Inputs.Where(i => i.HasField || i.Options.IsTrue("forceInput"))
            .SelectMany(i => Field.OwnOf(i).Select(_ => false).Prepend(i.Options.IsTrue("forceInput"))).ToList();
        return fields.Count == values.Count ? [.. values.Where((_, i) => !fields[i])] : values;
    }
}
