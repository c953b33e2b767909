using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Nodes;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Validation;

/// <summary>Validates a node and what it depends on, once each. A node behind a failed one is invalid without errors of its own.</summary>
internal sealed class NodeValidator(NodeLibrary library, JsonObject prompt, bool isVersionB)
{
    private readonly OrderedDictionary<string, Outcome> _validated = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];

    /// <summary>Invalid nodes in the order in which they were seen.</summary>
    public IEnumerable<string> Failed => _validated.Where(v => !v.Value.IsValid).Select(v => v.Key);

    public IReadOnlyList<JsonObject> Errors(string id) => _validated.TryGetValue(id, out var outcome) ? outcome.Errors : [];

    public bool ValidateOutput(string id)
    {
        _path.Clear();
        try
        {
            return Validate(id);
        }
        catch (PythonException e)
        {
            Fail(id, ValidationResult.ErrorJson("exception_during_validation", "Exception when validating node", e.Message, new JsonObject
            {
                ["exception_type"] = e.Type,
                ["traceback"] = PythonTraceback.OfValidation(),
            }));
            return false;
        }
    }

    private bool Validate(string id)
    {
        if (_validated.TryGetValue(id, out var known))
            return known.IsValid;
        if (_path.Contains(id, StringComparer.Ordinal))
            return FailCycle(id);

        _path.Add(id);
        var node = prompt[id]!.AsObject();
        var inputs = node["inputs"] as JsonObject ?? throw PythonException.KeyError("inputs");
        var definition = library.Find(ClassOf(id))!;
        var errors = new List<JsonObject>();
        var isValid = true;
        foreach (var input in definition.InputsFor(inputs))
        {
            if (!inputs.TryGetPropertyValue(input.Name, out var value))
            {
                if (input.IsRequired)
                    errors.Add(Error("required_input_missing", "Required input is missing", input.Name, new JsonObject { ["input_name"] = input.Name }));
            }
            else if (value is JsonArray link)
            {
                isValid &= ValidateLink(input, link, errors);
            }
            else
            {
                var checksItself = definition.Validate is not null && input.IsUpload;
                ValueValidator.Validate(input, inputs, checksItself, errors);
            }
        }

        if (definition.Validate?.Invoke(inputs) is { } problem && errors.Count == 0)
        {
            errors.Add(Error(
                "custom_validation_failed", "Custom validation failed for node", $"{problem.Input} - {problem.Problem}",
                new JsonObject { ["input_name"] = problem.Input }));
        }

        _path.RemoveAt(_path.Count - 1);
        // A cycle found below has already been reported for this node.
        return _validated.TryGetValue(id, out var cycle) ? cycle.IsValid : Record(id, isValid && errors.Count == 0, errors);
    }

    private bool ValidateLink(InputSpec input, JsonArray value, List<JsonObject> errors)
    {
        if (value.Count != 2)
        {
            errors.Add(Error("bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]", input.Name, new JsonObject
            {
                ["input_name"] = input.Name, ["input_config"] = input.ToJson(), ["received_value"] = value.DeepClone(),
            }));
            return true;
        }

        var link = NodeLink.From(value) ?? throw PythonException.KeyError(PythonText.Str(value[0]));
        if (!prompt.ContainsKey(link.NodeId))
            throw PythonException.KeyError(link.NodeId);
        var slots = library.Find(ClassOf(link.NodeId))!.Outputs;
        // Python counts from the end, too.
        if (link.Slot < -slots.Length || link.Slot >= slots.Length)
            throw new PythonException("IndexError", "tuple index out of range");
        var received = slots[link.Slot < 0 ? link.Slot + slots.Length : link.Slot].Type;
        if (!Accepts(input, received))
        {
            errors.Add(Error(
                "return_type_mismatch", "Return type mismatch between linked nodes", $"{input.Name}, received_type({received}) mismatch input_type({input.Type})",
                new JsonObject
                {
                    ["input_name"] = input.Name, ["input_config"] = input.ToJson(), ["received_type"] = received, ["linked_node"] = value.DeepClone(),
                }));
            return true;
        }

        return ValidateInner(input, value, link.NodeId);
    }

    private bool ValidateInner(InputSpec input, JsonArray value, string id)
    {
        try
        {
            return Validate(id);
        }
        catch (PythonException e)
        {
            Fail(id, Error("exception_during_inner_validation", "Exception when validating inner node", e.Message, new JsonObject
            {
                ["input_name"] = input.Name,
                ["input_config"] = input.ToJson(),
                ["exception_message"] = e.Message,
                ["exception_type"] = e.Type,
                ["traceback"] = PythonTraceback.OfValidation(),
                ["linked_node"] = value.DeepClone(),
            }));
            _path.Remove(id);
            return false;
        }
    }

    /// <summary>Version A runs into Python's recursion limit, whose error is lost on the way up; version B names the nodes.</summary>
    private bool FailCycle(string id)
    {
        var cycle = _path.Skip(_path.IndexOf(id)).ToArray();
        var details = string.Join(" -> ", cycle.Append(id).Select(n => $"{n} ({ClassOf(n)})"));
        foreach (var member in cycle)
        {
            var error = Error("dependency_cycle", "Dependency cycle detected", details, new JsonObject
            {
                ["node_id"] = member, ["cycle_nodes"] = new JsonArray([.. cycle.Select(n => (JsonNode)n)]),
            });
            Record(member, isValid: false, isVersionB ? [error] : []);
        }

        return false;
    }

    private static bool Accepts(InputSpec input, string received)
    {
        if (input.Type == received)
            return true;
        // A type may list several, "MESH,FILE_3D"; match types are up to the page.
        string[] wanted = input.Type.Split(',', StringSplitOptions.TrimEntries), given = received.Split(',', StringSplitOptions.TrimEntries);
        return wanted.Concat(given).Any(t => t is "*" or "COMFY_MATCHTYPE_V3") || wanted.Intersect(given, StringComparer.Ordinal).Any();
    }

    private string ClassOf(string id) => prompt[id]!["class_type"]!.GetValue<string>();

    private void Fail(string id, JsonObject error) => Record(id, isValid: false, [error]);

    private bool Record(string id, bool isValid, List<JsonObject> errors)
    {
        _validated[id] = new Outcome(isValid, errors);
        return isValid;
    }

    private static JsonObject Error(string type, string message, string details, JsonObject extraInfo) =>
        ValidationResult.ErrorJson(type, message, details, extraInfo);

    private sealed record Outcome(bool IsValid, IReadOnlyList<JsonObject> Errors);
}
