using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Python;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>The state of every node touched so far in one prompt; each change is sent as a complete <c>progress_state</c>.</summary>
internal sealed class ProgressRegistry(string promptId, DynamicPrompt prompt, SocketHub sockets)
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, State> _nodes = new(StringComparer.Ordinal);

    public void Start(string id)
    {
        lock (_gate)
        {
            _nodes[id] = new State(0, 1, IsFloat: true, IsFinished: false);
            Send();
        }
    }

    /// <summary>Sends the step in the real order: with kind 4 the preview comes before <c>progress</c>, with kind 1 after it.</summary>
    public void Update(string id, int value, int max, PreviewImage? preview)
    {
        lock (_gate)
        {
            _nodes[id] = new State(value, max, IsFloat: false, IsFinished: false);
            Send();
            var withMetadata = sockets.SupportsPreviewMetadata(sockets.CurrentClientId);
            if (preview is not null && withMetadata)
                sockets.Post(Frame.PreviewWithMetadata(preview, Identity(id), sockets.CurrentClientId));
            sockets.Whisper("progress", new JsonObject { ["value"] = value, ["max"] = max, ["prompt_id"] = promptId, ["node"] = id });
            if (preview is not null && !withMetadata)
                sockets.Post(Frame.Preview(preview, sockets.CurrentClientId));
        }
    }

    public void Finish(string id)
    {
        lock (_gate)
        {
            var state = _nodes.GetValueOrDefault(id) ?? new State(0, 1, IsFloat: false, IsFinished: false);
            _nodes[id] = state with { Value = state.Max, IsFinished = true };
            Send();
        }
    }

    private void Send()
    {
        var nodes = new JsonObject();
        foreach (var (id, state) in _nodes)
        {
            nodes[id] = new JsonObject
            {
                ["value"] = state.IsFloat ? PythonText.Float(state.Value) : state.Value,
                ["max"] = state.IsFloat ? PythonText.Float(state.Max) : state.Max,
                ["state"] = state.IsFinished ? "finished" : "running",
            };
            foreach (var (name, value) in Identity(id))
                nodes[id]![name] = value?.DeepClone();
        }

        sockets.Whisper("progress_state", new JsonObject { ["prompt_id"] = promptId, ["nodes"] = nodes });
    }

    private JsonObject Identity(string id) => new()
    {
        ["node_id"] = id,
        ["prompt_id"] = promptId,
        ["display_node_id"] = prompt.RealId(id),
        ["parent_node_id"] = prompt.ParentId(id),
        ["real_node_id"] = prompt.RealId(id),
    };

    private sealed record State(int Value, int Max, bool IsFloat, bool IsFinished);
}
