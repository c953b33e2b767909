using System.Globalization;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Nodes;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Validation;

/// <summary>Replaces retired classes with current ones before anything is validated, in place, as version B does.</summary>
internal static class NodeReplacements
{
    /// <summary>Replaces classes that the library lacks but knows a successor for.</summary>
    /// <exception cref="PythonException">A node to be replaced has no <c>_meta</c>: the real server answers 500.</exception>
    public static void Apply(NodeLibrary library, JsonObject prompt)
    {
        foreach (var (id, value) in prompt.ToArray())
        {
            if (value is not JsonObject node || node["class_type"] is not JsonValue classType || node["inputs"] is not JsonObject inputs
                || library.Find(classType.ToString()) is not null
                || library.Replacements[classType.ToString()] is not JsonArray { Count: > 0 } found
                || found[0] is not JsonObject replacement || library.Find(replacement["new_node_id"]!.ToString()) is null)
            {
                continue;
            }

            if (node["_meta"] is not JsonObject meta)
                throw PythonException.KeyError("_meta");
            prompt[id] = new JsonObject
            {
                ["class_type"] = replacement["new_node_id"]!.DeepClone(),
                ["inputs"] = Map(replacement["input_mapping"] as JsonArray, inputs),
                ["_meta"] = meta.DeepClone(),
            };
            Relink(prompt, id, replacement["output_mapping"] as JsonArray ?? []);
        }
    }

    private static JsonObject Map(JsonArray? mapping, JsonObject inputs)
    {
        var mapped = new JsonObject();
        foreach (var map in mapping?.OfType<JsonObject>() ?? [])
        {
            var name = map["new_id"]!.ToString();
            if (map.TryGetPropertyValue("set_value", out var value))
                mapped[name] = value?.DeepClone();
            else if (map["old_id"] is { } old)
                mapped[name] = inputs.TryGetPropertyValue(old.ToString(), out var given) ? given?.DeepClone() : throw PythonException.KeyError(old.ToString());
        }

        return mapped;
    }

    private static void Relink(JsonObject prompt, string id, JsonArray mapping)
    {
        var links = from node in prompt
                    from input in node.Value?["inputs"] as JsonObject ?? []
                    let link = input.Value as JsonArray
                    where link is { Count: 2 } && PythonText.Str(link[0]) == id
                    select link;
        foreach (var link in links.ToArray())
        {
            var slot = link[1]!.ToJsonString();
            if (mapping.OfType<JsonObject>().FirstOrDefault(m => m["old_idx"]?.ToJsonString() == slot) is { } map)
                link[1] = int.Parse(map["new_idx"]!.ToJsonString(), CultureInfo.InvariantCulture);
        }
    }
}
