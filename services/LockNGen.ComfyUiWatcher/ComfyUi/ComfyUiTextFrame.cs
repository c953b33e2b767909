using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Reads ComfyUI's text frames: always <c>{"type":..., "data":{...}}</c>.</summary>
internal static class ComfyUiTextFrame
{
    /// <summary>Reads one whole frame.</summary>
    /// <exception cref="JsonException">Not JSON, or not of the shape that its type has.</exception>
    public static ComfyUiMessage Parse(ReadOnlyMemory<byte> frame)
    {
        using var document = PythonJson.Parse(frame);
        var type = document.RootElement.Text("type") ?? throw new JsonException("The frame has no type.");
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
                data.Child("status")?.Child("exec_info")?.Child("queue_remaining")?.GetInt32() ?? throw Missing(type, "queue_remaining"),
                data.Text("sid")),
            "execution_start" => new ExecutionStarted(),
            "execution_cached" => new ExecutionCached([.. data.Items("nodes").Select(n => n.ToString())]),
            "executing" => data.Text("node") is { } node ? new NodeExecuting(node, data.Text("display_node")) : new ExecutionEnded(),
            "progress" => new NodeProgress(
                data.Text("node") ?? throw Missing(type, "node"), Number(data, "value"), Number(data, "max")),
            "progress_state" => new ProgressState([.. data.Properties("nodes").Select(n => State(n.Name, n.Value))]),
            "executed" => new NodeExecuted(
                data.Text("node") ?? throw Missing(type, "node"),
                data.Child("output") is { } output ? OutputFiles.Of(output) : []),
            "execution_success" => new ExecutionSucceeded(),
            "execution_error" => new ExecutionFailed(new NodeException(
                data.Text("node_id"), data.Text("node_type"), data.Text("exception_type") ?? "", data.Text("exception_message") ?? "")),
            "execution_interrupted" => new ExecutionInterrupted(),
            _ => new OtherMessage(type),
        };
        return message with { PromptId = data.Text("prompt_id") };
    }

    private static NodeState State(string id, JsonElement node) => new(
        id, node.Text("display_node_id"), Number(node, "value"), Number(node, "max"), node.Text("state") == "finished");

    // Python sends the same number as 1 or 1.0.
    private static double Number(JsonElement data, string name) =>
        data.Child(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : throw Missing("progress", name);

    private static JsonException Missing(string type, string name) => new($"A '{type}' frame has no usable '{name}'.");
}
