using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Nodes;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Validation;

/// <summary>The checks of <c>POST /prompt</c> on the graph as a whole, with ComfyUI's error types, texts and shapes.</summary>
internal sealed class PromptValidator(NodeLibrary library, bool isVersionB)
{
    /// <summary>Finds the outputs that may run.</summary>
    /// <param name="prompt">The graph; numbers given as text are converted in place, as the real server does.</param>
    /// <param name="targets">Output nodes to run; null is all of them.</param>
    /// <exception cref="PythonException">The graph is malformed in a way that makes the real server answer 500.</exception>
    public ValidationResult Validate(JsonObject prompt, IReadOnlyCollection<string>? targets)
    {
        var outputs = new List<string>();
        foreach (var (id, value) in prompt)
        {
            if (FindClass(id, value, out var definition) is { } refusal)
                return refusal;
            if (definition!.IsOutput && (targets is null || targets.Contains(id)))
                outputs.Add(id);
        }

        if (outputs.Count == 0)
            return ValidationResult.Refused("prompt_no_outputs", "Prompt has no outputs", "");
        return ValidateOutputs(prompt, outputs);
    }

    private ValidationResult? FindClass(string id, JsonNode? node, out NodeDefinition? definition)
    {
        definition = null;
        if (node is not JsonObject map)
        {
            // "'class_type' not in node" works on a list and on text, in version A; then the node has no class.
            return isVersionB || node is not (JsonArray or JsonValue)
                ? throw PythonException.TypeError("argument is not a node")
                : MissingClass(id);
        }

        if (map["class_type"] is not JsonValue value)
            return MissingClass(id);
        var classType = value.ToString();
        definition = library.Find(classType);
        if (definition is not null)
            return null;
        if (!isVersionB)
            return ValidationResult.Refused("invalid_prompt", $"Cannot execute because node {classType} does not exist.", $"Node ID '#{id}'");
        var title = (map["_meta"] as JsonObject)?["title"]?.ToString() ?? classType;
        return ValidationResult.Refused(
            "missing_node_type", $"Node '{title}' not found. The custom node may not be installed.", $"Node ID '#{id}'",
            new JsonObject { ["node_id"] = id, ["class_type"] = classType, ["node_title"] = title });
    }

    private ValidationResult MissingClass(string id) => isVersionB
        ? ValidationResult.Refused(
            "missing_node_type", $"Node 'ID #{id}' has no class_type. The workflow may be corrupted or a custom node is missing.", $"Node ID '#{id}'",
            new JsonObject { ["node_id"] = id, ["class_type"] = null, ["node_title"] = null })
        : ValidationResult.Refused("invalid_prompt", "Cannot execute because a node is missing the class_type property.", $"Node ID '#{id}'");

    private ValidationResult ValidateOutputs(JsonObject prompt, List<string> outputs)
    {
        var nodes = new NodeValidator(library, prompt, isVersionB);
        var good = new List<string>();
        var nodeErrors = new JsonObject();
        var reasons = new List<string>();
        foreach (var output in outputs)
        {
            if (nodes.ValidateOutput(output))
            {
                good.Add(output);
                continue;
            }

            reasons.AddRange(nodes.Errors(output).Select(e => $"{e["message"]}: {e["details"]}"));
            foreach (var id in nodes.Failed)
                AddNodeError(nodeErrors, id, output, nodes.Errors(id), prompt);
        }

        var error = good.Count > 0
            ? null
            : ValidationResult.ErrorJson("prompt_outputs_failed_validation", "Prompt outputs failed validation", string.Join('\n', reasons));
        // A Python set: do not rely on the order in which outputs run.
        return new ValidationResult(error, Shuffle(good), nodeErrors);
    }

    /// <summary>Errors of any node seen so far count for every later output that failed, needed there or not, as in the real server.</summary>
    private static void AddNodeError(JsonObject nodeErrors, string id, string output, IReadOnlyList<JsonObject> errors, JsonObject prompt)
    {
        if (errors.Count == 0)
            return;
        if (nodeErrors[id] is not JsonObject entry)
        {
            nodeErrors[id] = entry = new JsonObject
            {
                ["errors"] = new JsonArray([.. errors.Select(e => e.DeepClone())]),
                ["dependent_outputs"] = new JsonArray(),
                ["class_type"] = prompt[id]?["class_type"]?.DeepClone(),
            };
        }

        entry["dependent_outputs"]!.AsArray().Add(output);
    }

    private static string[] Shuffle(List<string> ids)
    {
        var result = ids.ToArray();
        Random.Shared.Shuffle(result);
        return result;
    }
}
