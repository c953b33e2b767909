using System.Globalization;
using System.Text.Json;
using LockNGen.Workflows.Catalog;
using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Conversion;

/// <summary>Nodes that create their fields in the browser, so that no catalog lists them.</summary>
internal static class SpecialFields
{
    public static IReadOnlyList<(string Name, JsonElement Value, InputDefinition? Input)>? Read(EditorNode node) => node switch
    {
        { Values.ValueKind: not JsonValueKind.Array } => null,
        { Type: "CustomCombo" } => CustomCombo([.. node.Values.EnumerateArray()]),
        { Type: "Power Lora Loader (rgthree)" } => LoraStack(node.Values.EnumerateArray()),
        _ => null,
    };

    // The choice, its number, and any options entered; the last one is empty, for the next.
    private static List<(string, JsonElement, InputDefinition?)> CustomCombo(List<JsonElement> values)
    {
        var options = values.Count > 1 && values[1].ValueKind == JsonValueKind.String ? values[1..] : values.Skip(2).ToList();
        var choice = values.Count > 0 ? values[0] : JsonReading.From("\"\"");
        var index = options.FindIndex(o => JsonElement.DeepEquals(o, choice));
        return
        [
            ("choice", choice, null),
            ("index", JsonReading.From(index.ToString(CultureInfo.InvariantCulture)), null),
            .. options.Select((o, i) => (string.Create(CultureInfo.InvariantCulture, $"option{i + 1}"), o, (InputDefinition?)null)),
        ];
    }

    private static List<(string, JsonElement, InputDefinition?)> LoraStack(IEnumerable<JsonElement> values) =>
    [
        .. values.Where(v => v.Member("lora") is not null)
            .Select((v, i) => (string.Create(CultureInfo.InvariantCulture, $"lora_{i + 1}"), v, (InputDefinition?)null)),
    ];
}
