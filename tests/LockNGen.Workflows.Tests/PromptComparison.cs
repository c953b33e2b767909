using System.Globalization;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Tests;

/// <summary>
/// Compares two prompts by what their outputs reach: nodes may have other ids (those of group nodes are made up), but classes, links and
/// values are the same.
/// </summary>
internal sealed class PromptComparison(JsonObject expected, JsonObject actual, NodeDefinitions definitions)
{
    private readonly Dictionary<string, string> _pairs = [];
    private readonly List<string> _differences = [];

    public static IReadOnlyList<string> Differences(JsonObject expected, JsonObject actual, NodeDefinitions definitions)
    {
        var comparison = new PromptComparison(expected, actual, definitions);
        foreach (var (id, node) in expected)
        {
            if (definitions.Find(ClassOf(node))?.IsOutput == true)
                comparison.Compare(id, id);
        }

        foreach (var (id, node) in actual)
        {
            if (definitions.Find(ClassOf(node))?.IsOutput == true && !expected.ContainsKey(id))
                comparison._differences.Add($"{id}: an output more");
        }

        if (comparison._pairs.Count == 0)
            comparison._differences.Add("no output is known");
        return comparison._differences;
    }

    private void Compare(string id, string other)
    {
        if (!_pairs.TryAdd(id, other))
        {
            if (_pairs[id] != other)
                _differences.Add($"{id}: is {_pairs[id]} and {other}");
            return;
        }

        if (expected[id] is not { } node || actual[other] is not { } mine || ClassOf(node) != ClassOf(mine))
        {
            _differences.Add($"{id}/{other}: {ClassOf(expected[id])} became {ClassOf(actual[other])}");
            return;
        }

        var known = definitions.Find(ClassOf(node))!;
        var inputs = mine["inputs"]!.AsObject();
        foreach (var (name, value) in node["inputs"]!.AsObject())
        {
            // Buttons of older editors ("upload") are not inputs.
            if (known.Find(name) is null && !inputs.ContainsKey(name))
                continue;
            CompareValues($"{id}.{name}", value, inputs[name]);
        }

        foreach (var (name, value) in inputs.Where(i => !node["inputs"]!.AsObject().ContainsKey(i.Key)))
        {
            // Inputs that were added later have the catalog's value.
            if (Text(value) != Text(JsonNode.Parse(known.Find(name)?.Default?.GetRawText() ?? "null")))
                _differences.Add($"{id}.{name}: {value?.ToJsonString()} is new");
        }
    }

    private void CompareValues(string place, JsonNode? value, JsonNode? mine)
    {
        if (value is JsonArray { Count: 2 } link && mine is JsonArray { Count: 2 } other)
        {
            if (Text(link[1]) != Text(other[1]))
                _differences.Add($"{place}: output {link[1]} became {other[1]}");
            Compare((string)link[0]!, (string)other[0]!);
        }
        else if (Text(value) != Text(mine))
        {
            _differences.Add($"{place}: {value?.ToJsonString()} became {mine?.ToJsonString()}");
        }
    }

    private static string ClassOf(JsonNode? node) => (string?)node?["class_type"] ?? "nothing";

    private static string? Text(JsonNode? value) =>
        value is JsonValue number && double.TryParse(number.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) && !number.ToJsonString().StartsWith('"')
            ? parsed.ToString("R", CultureInfo.InvariantCulture)
            : value?.ToJsonString();
}
