using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Python;
using LockNGen.ComfyUiSimulator.Queue;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>The reports of a run: events to its client, and its history entry.</summary>
internal sealed class RunReport(QueueItem item, DynamicPrompt prompt, ServerEnvironment environment, SocketHub sockets)
{
    private const string OutOfMemoryTips =
        "This error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have accidentally set the batch_size to a large number.";

    private readonly List<string> _executed = [];
    private readonly JsonObject _outputs = [];
    private readonly JsonObject _meta = [];
    private readonly JsonArray _messages = [];

    /// <summary>Nodes that ran and were not served from the cache.</summary>
    public IReadOnlyList<string> Executed => _executed;

    public void Started() => AddMessage("execution_start", new JsonObject { ["prompt_id"] = item.PromptId });

    public void Cached(IEnumerable<string> ids) =>
        AddMessage("execution_cached", new JsonObject { ["nodes"] = Ids(ids), ["prompt_id"] = item.PromptId });

    public void Succeeded() => AddMessage("execution_success", new JsonObject { ["prompt_id"] = item.PromptId });

    /// <summary>The only event that is broadcast when the prompt has no client.</summary>
    public void Interrupted(string id) => AddMessage("execution_interrupted", NodeDetails(id), broadcast: true);

    public void Failed(string id, PythonException error, IReadOnlyDictionary<string, object?>? inputs)
    {
        var details = NodeDetails(id);
        details["exception_message"] = $"{error.Message}\n{(error.IsOutOfMemory ? OutOfMemoryTips : "")}";
        details["exception_type"] = error.Type;
        details["traceback"] = PythonTraceback.Of(prompt.ClassType(id));
        details["current_inputs"] = InputsJson(inputs);
        details["current_outputs"] = Ids(prompt.OriginalIds);
        AddMessage("execution_error", details);
    }

    /// <summary>An error that does not end the run: it has no timestamp and does not reach the history.</summary>
    public void Blocked(string id, string message)
    {
        var details = NodeDetails(id);
        details["exception_message"] = $"Execution Blocked: {message}";
        details["exception_type"] = "ExecutionBlocked";
        details["traceback"] = new JsonArray();
        details["current_inputs"] = new JsonArray();
        details["current_outputs"] = new JsonArray();
        sockets.Whisper("execution_error", details);
    }

    public void NodeStarted(string id)
    {
        if (sockets.CurrentClientId is null)
            return;
        sockets.LastNodeId = prompt.RealId(id);
        sockets.Whisper("executing", new JsonObject { ["node"] = id, ["display_node"] = prompt.RealId(id), ["prompt_id"] = item.PromptId });
    }

    /// <summary>A node ended; <paramref name="ui"/> is its message to the page.</summary>
    /// <returns>What to store with the node's output, for runs that find it in the cache.</returns>
    public JsonObject? NodeFinished(string id, JsonObject? ui)
    {
        JsonObject? meta = null;
        if (ui is not null)
        {
            meta = new JsonObject
            {
                ["node_id"] = id,
                ["display_node"] = prompt.RealId(id),
                ["parent_node"] = prompt.ParentId(id),
                ["real_node_id"] = prompt.RealId(id),
            };
            Show(id, ui, meta);
        }

        _executed.Add(id);
        return meta;
    }

    /// <summary>A cached output node reports its old output, even if that is nothing.</summary>
    public void Show(string id, JsonObject? ui, JsonObject? meta)
    {
        if (sockets.CurrentClientId is not null)
        {
            sockets.Whisper("executed", new JsonObject
            {
                ["node"] = id, ["display_node"] = prompt.RealId(id), ["output"] = ui?.DeepClone(), ["prompt_id"] = item.PromptId,
            });
        }

        if (ui is null)
            return;
        _outputs[id] = ui.DeepClone();
        _meta[id] = meta?.DeepClone();
    }

    public HistoryEntry ToHistory(bool completed) => new()
    {
        Item = item, Completed = completed, Outputs = _outputs, Meta = _meta, Messages = _messages,
    };

    private JsonObject NodeDetails(string id) => new()
    {
        ["prompt_id"] = item.PromptId,
        ["node_id"] = id,
        ["node_type"] = prompt.ClassType(id),
        ["executed"] = Ids(_executed),
    };

    private void AddMessage(string type, JsonObject data, bool broadcast = false)
    {
        data["timestamp"] = environment.UnixMilliseconds();
        _messages.Add(new JsonArray(type, data.DeepClone()));
        if (broadcast || sockets.CurrentClientId is not null)
            sockets.Whisper(type, data);
    }

    private static JsonObject InputsJson(IReadOnlyDictionary<string, object?>? inputs)
    {
        var json = new JsonObject();
        foreach (var (name, value) in inputs ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            json[name] = new JsonArray(value is JsonNode node ? node.DeepClone() : value?.ToString());
        return json;
    }

    private static JsonArray Ids(IEnumerable<string> ids) => new([.. ids.Select(id => (JsonNode)id)]);
}
