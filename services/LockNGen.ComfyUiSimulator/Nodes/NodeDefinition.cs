using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>A node class: its entry in <c>/object_info</c>, and its behaviour.</summary>
internal sealed class NodeDefinition
{
    public required string ClassType { get; init; }

    public string? DisplayName { get; init; }

    public required string Category { get; init; }

    public string Description { get; init; } = "";

    public string PythonModule { get; init; } = "nodes";

    public InputSpec[] Inputs { get; init; } = [];

    /// <summary>Hidden inputs by name, e.g. <c>prompt</c>: <c>PROMPT</c>.</summary>
    public IReadOnlyDictionary<string, string> Hidden { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public OutputSlot[] Outputs { get; init; } = [];

    public bool IsOutput { get; init; }

    /// <summary>Runs concurrently with other nodes instead of blocking them.</summary>
    public bool IsAsync { get; init; }

    public required Func<NodeContext, Task<NodeResult>> RunAsync { get; init; }

    /// <summary>A value that changes when the node must run again although its inputs are the same, e.g. a file's hash.</summary>
    public Func<JsonObject, string>? Fingerprint { get; init; }

    /// <summary>The class's own check: an input's name and what is wrong with it.</summary>
    public Func<JsonObject, (string Input, string Problem)?>? Validate { get; init; }

    /// <summary>A live server's entry for the class; null for the simulator's own.</summary>
    public JsonObject? Live { get; init; }

    /// <summary>The inputs of a node, given those that were sent: some add others.</summary>
    public IEnumerable<InputSpec> InputsFor(JsonObject sent) => Live is null ? Inputs : DynamicInputs.Expand(Inputs, sent);

    /// <summary>This class as a live server describes it.</summary>
    public NodeDefinition As(JsonObject live) => new()
    {
        ClassType = ClassType,
        Category = Category,
        Inputs = LiveNodes.Inputs(live),
        Outputs = LiveNodes.Outputs(live),
        IsOutput = LiveNodes.IsOutput(live),
        IsAsync = IsAsync,
        RunAsync = RunAsync,
        Fingerprint = Fingerprint,
        Validate = Validate,
        Live = live,
    };

    /// <summary>The entry in <c>/object_info</c>; version B has more details.</summary>
    public JsonObject ToJson(bool isVersionB)
    {
        if (Live is not null)
            return Live.DeepClone().AsObject();
        var (required, optional) = (Group(isRequired: true), Group(isRequired: false));
        var input = new JsonObject { ["required"] = required };
        var order = new JsonObject { ["required"] = Names(required) };
        if (optional.Count > 0)
        {
            input["optional"] = optional;
            order["optional"] = Names(optional);
        }

        if (Hidden.Count > 0)
        {
            input["hidden"] = new JsonObject(Hidden.Select(h => KeyValuePair.Create<string, JsonNode?>(h.Key, h.Value)));
            order["hidden"] = new JsonArray([.. Hidden.Keys.Select(k => (JsonNode)k)]);
        }

        var info = new JsonObject { ["input"] = input, ["input_order"] = order };
        if (isVersionB)
            info["is_input_list"] = false;
        foreach (var (name, value) in OutputJson())
            info[name] = value?.DeepClone();
        if (isVersionB)
        {
            info["has_intermediate_output"] = false;
            info["search_aliases"] = new JsonArray();
        }

        return info;
    }

    private JsonObject OutputJson() => new()
    {
        ["output"] = new JsonArray([.. Outputs.Select(o => (JsonNode)o.Type)]),
        ["output_is_list"] = new JsonArray([.. Outputs.Select(_ => (JsonNode)false)]),
        ["output_name"] = new JsonArray([.. Outputs.Select(o => (JsonNode)(o.Name ?? o.Type))]),
        ["name"] = ClassType,
        ["display_name"] = DisplayName ?? ClassType,
        ["description"] = Description,
        ["python_module"] = PythonModule,
        ["category"] = Category,
        ["output_node"] = IsOutput,
    };

    private JsonObject Group(bool isRequired) =>
        new(Inputs.Where(i => i.IsRequired == isRequired).Select(i => KeyValuePair.Create<string, JsonNode?>(i.Name, i.ToJson())));

    private static JsonArray Names(JsonObject group) => new([.. group.Select(p => (JsonNode)p.Key)]);
}

/// <summary>One output: its type and, if it differs, its name.</summary>
internal sealed record OutputSlot(string Type, string? Name = null);

/// <summary>What a run returns: values for the output slots, a message to the page, or a graph to run in the node's place.</summary>
internal sealed record NodeResult(IReadOnlyList<object?> Slots, JsonObject? Ui = null)
{
    /// <summary>Ephemeral nodes; the slots are then links into them.</summary>
    public IReadOnlyDictionary<string, JsonObject>? Expansion { get; init; }

    public static NodeResult Of(params object?[] slots) => new(slots);

    public static NodeResult Show(JsonObject ui) => new([], ui);
}

/// <summary>An output that stops its consumers: with a message they report it as an error that does not end the run, without one silently.</summary>
internal sealed record ExecutionBlocker(string? Message);
