using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Why <c>POST /prompt</c> said 400, or which outputs it left out although it said 200.</summary>
internal sealed record PromptRejection(string? Type, string? Message, string? Details, IReadOnlyList<NodeRejection> Nodes)
{
    /// <summary>The node at fault where the refusal as a whole names one, as newer servers do for classes that they do not have.</summary>
    public string? NodeId { get; init; }

    public string? NodeType { get; init; }

    /// <summary>Whether the server lacks a node class or a choice that another one may have.</summary>
    public bool LacksSomething =>
        Type == "missing_node_type" || (Type == "invalid_prompt" && Message?.Contains("does not exist", StringComparison.Ordinal) == true)
        || Nodes.Any(n => n.Type == "value_not_in_list");

    public static PromptRejection Of(JsonElement answer)
    {
        var error = answer.Child("error");
        return new PromptRejection(
            error?.Text("type"),
            // Some refusals are a bare text.
            error?.Text("message") ?? error?.AsText(),
            error?.Text("details"),
            [.. answer.Properties("node_errors").SelectMany(n => n.Value.Items("errors").Select(e => NodeRejection.Of(n.Name, n.Value, e)))])
        {
            NodeId = error?.Child("extra_info")?.Text("node_id"),
            NodeType = error?.Child("extra_info")?.Text("class_type"),
        };
    }
}

/// <summary>What is wrong with one node.</summary>
internal sealed record NodeRejection(string NodeId, string? ClassType, string Type, string Message, string? Details)
{
    public string? Input { get; init; }

    public string? Received { get; init; }

    /// <summary>With <c>value_not_in_list</c>: the values that exist.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    public static NodeRejection Of(string nodeId, JsonElement node, JsonElement error)
    {
        var extra = error.Child("extra_info");
        return new NodeRejection(nodeId, node.Text("class_type"), error.Text("type") ?? "", error.Text("message") ?? "", error.Text("details"))
        {
            Input = extra?.Text("input_name"),
            Received = extra?.Text("received_value"),
            Choices = extra is { } info ? ChoicesOf(info) : [],
        };
    }

    // [["a", "b"], {...}] in both versions' classic nodes, ["COMBO", {"options": ["a", "b"]}] in newer ones.
    private static IReadOnlyList<string> ChoicesOf(JsonElement info)
    {
        var config = info.Items("input_config").ToList();
        if (config is [{ ValueKind: JsonValueKind.Array } list, ..])
            return [.. list.EnumerateArray().Select(v => v.ToString())];
        return config is [_, { ValueKind: JsonValueKind.Object } options, ..]
            ? [.. options.Items("options").Select(v => v.ToString())]
            : [];
    }
}
