using System.Text.Json;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Reads ComfyUI's text frames: always <c>{"type":..., "data":{...}}</c>.</summary>
internal static class ComfyUiTextFrame
{
    /// <summary>Reads one whole frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="customEvents">Types of custom nodes' own events that are wanted.</param>
    /// <exception cref="JsonException">Not JSON, or not of the shape that its type has.</exception>
    public static ComfyUiMessage Parse(ReadOnlyMemory<byte> frame, IReadOnlySet<string> customEvents)
    {
        using var document = PythonJson.Parse(frame);
        var type = document.RootElement.Text("type") ?? throw new JsonException("The frame has no type.");
        if (customEvents.Contains(type))
            return Custom(type, document.RootElement.Child("data") ?? JsonElement.Parse("{}"));
        return document.RootElement.Child("data") is { ValueKind: JsonValueKind.Object } data
            ? Parse(type, data)
            : new OtherMessage(type);
    }

    /// <summary>The history keeps the same messages as pairs of type and data.</summary>
    public static ComfyUiMessage Parse(string type, JsonElement data)
    {
        ComfyUiMessage message = type switch
        {
            "status" => new QueueStatus(
                data.Child("status")?.Child("exec_info") is { } info ? (int?)Number(info, "queue_remaining") : null,
                data.Text("sid")),
            "execution_start" => new ExecutionStarted(),
            "execution_cached" => new ExecutionCached([.. data.Items("nodes").Select(n => n.ToString())]),
            "executing" => data.Text("node") is { } node ? new NodeExecuting(node, data.Text("display_node")) : new ExecutionEnded(),
            "progress" => Steps(data) is var (value, max) ? new NodeProgress(data.Text("node") ?? "", value, max) : Unusable(type),
            "progress_state" => States(data),
            "executed" => new NodeExecuted(
                data.Text("node") ?? throw Missing(type, "node"),
                data.Text("display_node"),
                data.Child("output") is { } output ? NodeOutput.Of(output) : NodeOutput.Empty),
            "execution_success" => new ExecutionSucceeded(),
            "execution_error" => new ExecutionFailed(new NodeException(
                data.Text("node_id"), data.Text("node_type"), data.Text("exception_type") ?? "", data.Text("exception_message") ?? "")),
            "execution_interrupted" => new ExecutionInterrupted(),
            _ => new OtherMessage(type),
        };
        return message with { PromptId = data.Text("prompt_id") };
    }

    // Custom nodes send messages of their own: the usable part of them is used.
    private static ProgressState States(JsonElement data)
    {
        var entries = data.Properties("nodes").ToList();
        var usable = entries.Select(e => State(e.Name, e.Value)).OfType<NodeState>().ToList();
        return new ProgressState(usable) { Ignored = entries.Count - usable.Count };
    }

    private static NodeState? State(string id, JsonElement node) => Steps(node) is var (value, max)
        ? new NodeState(id, node.Text("display_node_id"), value, max, node.Text("state") == "finished")
        : null;

    private static (double Value, double Max)? Steps(JsonElement data) =>
        Number(data, "value") is { } value && Number(data, "max") is > 0 and var max ? (Math.Clamp(value, 0, max), max) : null;

    private static double? Number(JsonElement data, string name) => data.Child(name)?.AsNumber();

    private static ComfyUiMessage Custom(string type, JsonElement data)
    {
        try
        {
            // Rewritten: it must be valid JSON, and must not grow without bound.
            var json = JsonSerializer.SerializeToUtf8Bytes(data, ContractsJson.Default.JsonElement);
            return json.Length > GenerationCustomData.MaxBytes
                ? Unusable(type)
                : new CustomEvent(type, data.Text("node_id") ?? data.Text("node"), JsonElement.Parse(json)) { PromptId = data.Text("prompt_id") };
        }
        catch (Exception e) when (e is InvalidOperationException or JsonException)
        {
            // Half a surrogate pair, which Python writes and no JSON reader accepts.
            return Unusable(type);
        }
    }

    private static OtherMessage Unusable(string type) => new(type) { Ignored = 1 };

    private static JsonException Missing(string type, string name) => new($"A '{type}' frame has no usable '{name}'.");
}
