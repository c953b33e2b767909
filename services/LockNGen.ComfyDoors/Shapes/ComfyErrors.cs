using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>The GenerationApi's refusals in ComfyUI's words, which programs parse.</summary>
internal static class ComfyErrors
{
    /// <summary>A refusal without details about single nodes.</summary>
    public static JsonObject Simple(string type, string message, string details = "", JsonObject? extra = null) => new()
    {
        ["error"] = new JsonObject { ["type"] = type, ["message"] = message, ["details"] = details, ["extra_info"] = extra ?? [] },
        ["node_errors"] = new JsonObject(),
    };

    /// <summary>A workflow that was refused.</summary>
    public static JsonObject Of(ApiProblem problem, JsonObject workflow, NodeCatalog catalog)
    {
        if (problem.Errors.FirstOrDefault(e => e.Code == "unknown_node_class") is { NodeId: { } id } unknown)
            return MissingNode(id, unknown.NodeType, TitleOf(workflow, id));
        if (problem.Errors.FirstOrDefault(e => e.Code == "not_api_format") is { NodeId: { } bare } && workflow[bare] is JsonObject && (workflow[bare] as JsonObject)?["class_type"] is null)
            return MissingNode(bare, null, null);
        if (problem.Errors.Any(e => e.Code == "no_output_node"))
            return Simple("prompt_no_outputs", "Prompt has no outputs");
        var ofNodes = problem.Errors.Where(e => e.NodeId is not null && workflow.ContainsKey(e.NodeId)).ToList();
        if (ofNodes.Count == 0)
            return Simple("invalid_prompt", "Cannot execute prompt", problem.Errors is [var first, ..] ? first.Message : problem.Detail ?? "");

        return new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["type"] = "prompt_outputs_failed_validation",
                ["message"] = "Prompt outputs failed validation",
                ["details"] = string.Join('\n', ofNodes.Where(e => e.Code == "missing_input").Select(e => "Required input is missing: " + e.Input)),
                ["extra_info"] = new JsonObject(),
            },
            ["node_errors"] = NodeErrorsOf(ofNodes, workflow, catalog),
        };
    }

    /// <summary>Errors by node: of a refused workflow, or of what is left out of an accepted one.</summary>
    public static JsonObject NodeErrorsOf(IEnumerable<ApiError> found, JsonObject workflow, NodeCatalog catalog)
    {
        var errors = new JsonObject();
        foreach (var error in found.Where(e => e.NodeId is not null))
        {
            if (error is { Code: "bad_link", Input: null } && Graphs.CycleOf(workflow, error.NodeId!) is { Count: > 0 } cycle)
                AddCycle(errors, cycle, workflow, catalog);
            else
                Add(errors, error.NodeId!, error.NodeType ?? "", NodeError(error, workflow, catalog), workflow, catalog);
        }

        return errors;
    }

    private static JsonObject MissingNode(string id, string? classType, string? title) => Simple(
        "missing_node_type",
        classType is null
            ? $"Node 'ID #{id}' has no class_type. The workflow may be corrupted or a custom node is missing."
            : $"Node '{title ?? classType}' not found. The custom node may not be installed.",
        $"Node ID '#{id}'",
        new JsonObject { ["node_id"] = id, ["class_type"] = classType, ["node_title"] = classType is null ? null : title ?? classType });

    private static string? TitleOf(JsonObject workflow, string id) =>
        (workflow[id] as JsonObject)?["_meta"] is JsonObject meta && meta["title"] is JsonValue title && title.TryGetValue<string>(out var text) ? text : null;

    /// <summary>ComfyUI reports the same for each node of a cycle.</summary>
    private static void AddCycle(JsonObject errors, IReadOnlyList<string> cycle, JsonObject workflow, NodeCatalog catalog)
    {
        var path = string.Join(" -> ", cycle.Append(cycle[0]).Select(id => $"{id} ({ClassOf(workflow, id)})"));
        foreach (var id in cycle)
        {
            var extra = new JsonObject { ["node_id"] = id, ["cycle_nodes"] = new JsonArray([.. cycle.Select(n => JsonValue.Create(n))]) };
            Add(errors, id, ClassOf(workflow, id), Entry("dependency_cycle", "Dependency cycle detected", path, extra), workflow, catalog);
        }
    }

    private static string ClassOf(JsonObject workflow, string id) => (workflow[id] as JsonObject)?["class_type"]?.ToString() ?? "";

    private static void Add(JsonObject errors, string id, string classType, JsonObject error, JsonObject workflow, NodeCatalog catalog)
    {
        if (errors[id] is not JsonObject node)
        {
            errors[id] = node = new JsonObject
            {
                ["errors"] = new JsonArray(),
                ["dependent_outputs"] = new JsonArray([.. Graphs.DependentOutputs(workflow, id, catalog).Select(o => JsonValue.Create(o))]),
                ["class_type"] = classType,
            };
        }

        // The operator's limit and the node's limit may cause the same error.
        var all = (JsonArray)node["errors"]!;
        if (!all.Any(e => JsonNode.DeepEquals(e, error)))
            all.Add(error);
    }

    private static JsonObject NodeError(ApiError error, JsonObject workflow, NodeCatalog catalog)
    {
        var input = error.Input ?? "";
        var value = ((workflow[error.NodeId!] as JsonObject)?["inputs"] as JsonObject)?[input];
        var config = catalog.InputOf(error.NodeType ?? "", input);
        var extra = new JsonObject { ["input_name"] = input };
        if (error.Code == "missing_input")
            return Entry("required_input_missing", "Required input is missing", input, extra);
        extra["input_config"] = config is { } known ? JsonNode.Parse(known.GetRawText()) : null;
        extra["received_value"] = value?.DeepClone();
        var text = value is JsonValue plain && plain.TryGetValue<string>(out var word) ? word : value?.ToJsonString() ?? "null";
        return error.Code switch
        {
            "out_of_range" when Limit(config, "min") is { } min && Number(value) < min =>
                Entry("value_smaller_than_min", $"Value {text} smaller than min of {min}", input, extra),
            "out_of_range" => Entry("value_bigger_than_max", $"Value {text} bigger than max of {Limit(config, "max")}", input, extra),
            "wrong_type" when value is JsonArray =>
                Entry("return_type_mismatch", "Return type mismatch between linked nodes", $"{input}, {error.Message}", extra),
            "wrong_type" => Entry("invalid_input_type", $"Failed to convert an input value to a {TypeOf(config)} value", $"{input}, {text}, {error.Message}", extra),
            "unknown_upload" or "forbidden_path" or "unusable_input" =>
                Entry("custom_validation_failed", "Custom validation failed for node", $"{input} - Invalid image file: {text}", extra),
            "not_a_choice" when IsFile(config) => Entry("custom_validation_failed", "Custom validation failed for node", $"{input} - Invalid image file: {text}", extra),
            "not_a_choice" or "missing_model" => Entry("value_not_in_list", "Value not in list", $"{input}: '{text}' not in {Choices(config)}", extra),
            "bad_link" when value is JsonArray { Count: not 2 } =>
                Entry("bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]", input, extra),
            "bad_link" => Entry("exception_during_validation", "Exception when validating node", error.Message, extra),
            _ => Entry("custom_validation_failed", "Custom validation failed for node", error.Message, extra),
        };
    }

    private static JsonObject Entry(string type, string message, string details, JsonObject extra) =>
        new() { ["type"] = type, ["message"] = message, ["details"] = details, ["extra_info"] = extra };

    private static string TypeOf(JsonElement? config) => config is { ValueKind: JsonValueKind.Array } spec && spec.GetArrayLength() > 0 && spec[0].ValueKind == JsonValueKind.String ? spec[0].GetString()! : "COMBO";

    private static decimal? Limit(JsonElement? config, string name) =>
        Options(config) is { } options && options.TryGetProperty(name, out var limit) && limit.ValueKind == JsonValueKind.Number && limit.TryGetDecimal(out var number) ? number : null;

    private static bool IsFile(JsonElement? config) => Options(config) is { } options && options.EnumerateObject().Any(o => o.Name.EndsWith("_upload", StringComparison.Ordinal));

    private static string Choices(JsonElement? config)
    {
        var list = config is { ValueKind: JsonValueKind.Array } spec && spec.GetArrayLength() > 0
            ? spec[0].ValueKind == JsonValueKind.Array ? spec[0] : Options(config) is { } options && options.TryGetProperty("options", out var named) ? named : default
            : default;
        return list.ValueKind != JsonValueKind.Array
            ? "[]"
            : list.GetArrayLength() > 20 ? $"(list of length {list.GetArrayLength()})" : "[" + string.Join(", ", list.EnumerateArray().Select(c => c.ValueKind == JsonValueKind.String ? $"'{c.GetString()}'" : c.GetRawText())) + "]";
    }

    private static JsonElement? Options(JsonElement? config) =>
        config is { ValueKind: JsonValueKind.Array } spec && spec.GetArrayLength() > 1 && spec[1].ValueKind == JsonValueKind.Object ? spec[1] : null;

    private static decimal? Number(JsonNode? value) => value is JsonValue number && number.TryGetValue<decimal>(out var parsed)
        ? parsed
        : value is JsonValue text && text.TryGetValue<string>(out var word) && decimal.TryParse(word, System.Globalization.CultureInfo.InvariantCulture, out parsed) ? parsed : null;
}
