using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// Reads the two text frames that come with every step, in the form in which ComfyUI itself writes them, without building a JSON document. Any other form
/// is left to <see cref="ComfyUiTextFrame"/>, which handles all of them.
/// </summary>
internal sealed class StepFrames
{
    private List<NodeState> _last = [];
    private string? _prompt;

    /// <summary>Reads one whole frame; null if it has another form.</summary>
    public ComfyUiMessage? Read(ReadOnlySpan<byte> frame)
    {
        try
        {
            var reader = new Utf8JsonReader(frame);
            if (!Is(ref reader, JsonTokenType.StartObject) || !IsName(ref reader, "type"u8) || !Is(ref reader, JsonTokenType.String))
                return null;
            var isState = reader.ValueTextEquals("progress_state"u8);
            if ((!isState && !reader.ValueTextEquals("progress"u8)) || !IsName(ref reader, "data"u8) || !Is(ref reader, JsonTokenType.StartObject))
                return null;
            ComfyUiMessage? message = isState ? States(ref reader) : Steps(ref reader);
            return message?.PromptId is not null && Is(ref reader, JsonTokenType.EndObject) && !reader.Read() ? message : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private NodeProgress? Steps(ref Utf8JsonReader reader)
    {
        string? prompt = null, node = null;
        double? value = null, max = null;
        while (Is(ref reader, JsonTokenType.PropertyName))
        {
            if (reader.ValueTextEquals("value"u8))
                value = Number(ref reader);
            else if (reader.ValueTextEquals("max"u8))
                max = Number(ref reader);
            else if (reader.ValueTextEquals("node"u8))
                node = Text(ref reader, node);
            else if (reader.ValueTextEquals("prompt_id"u8))
                prompt = Text(ref reader, _prompt);
            else
                reader.Skip();
        }

        _prompt = prompt;
        return AreSteps(value, max) && node is not null ? new NodeProgress(node, value!.Value, max!.Value) { PromptId = prompt } : null;
    }

    private ProgressState? States(ref Utf8JsonReader reader)
    {
        string? prompt = null;
        List<NodeState>? nodes = null;
        while (Is(ref reader, JsonTokenType.PropertyName))
        {
            if (reader.ValueTextEquals("prompt_id"u8))
                prompt = Text(ref reader, _prompt);
            else if (!reader.ValueTextEquals("nodes"u8))
                reader.Skip();
            else if (!Is(ref reader, JsonTokenType.StartObject) || (nodes = Nodes(ref reader)) is null)
                return null;
        }

        _prompt = prompt;
        return nodes is null ? null : new ProgressState(_last = nodes) { PromptId = prompt };
    }

    private List<NodeState>? Nodes(ref Utf8JsonReader reader)
    {
        var nodes = new List<NodeState>(_last.Count + 1);
        while (Is(ref reader, JsonTokenType.PropertyName))
        {
            // Each frame repeats all started nodes, and nearly all are unchanged.
            var last = nodes.Count < _last.Count ? _last[nodes.Count] : null;
            var id = last is not null && reader.ValueTextEquals(last.Node) ? last.Node : reader.GetString()!;
            if (!Is(ref reader, JsonTokenType.StartObject) || State(ref reader, id, last) is not { } state)
                return null;
            nodes.Add(state == last ? last : state);
        }

        return nodes;
    }

    private static NodeState? State(ref Utf8JsonReader reader, string id, NodeState? last)
    {
        string? display = null;
        double? value = null, max = null;
        var finished = false;
        while (Is(ref reader, JsonTokenType.PropertyName))
        {
            if (reader.ValueTextEquals("value"u8))
                value = Number(ref reader);
            else if (reader.ValueTextEquals("max"u8))
                max = Number(ref reader);
            else if (reader.ValueTextEquals("display_node_id"u8))
                display = Text(ref reader, last?.DisplayNode);
            else if (reader.ValueTextEquals("state"u8))
                finished = Is(ref reader, JsonTokenType.String) && reader.ValueTextEquals("finished"u8);
            else
                reader.Skip();
        }

        return AreSteps(value, max) && display is not null ? new NodeState(id, display, value!.Value, max!.Value, finished) : null;
    }

    private static bool AreSteps(double? value, double? max) => max > 0 && max < double.MaxValue && value >= 0 && value <= max;

    private static bool Is(ref Utf8JsonReader reader, JsonTokenType token) => reader.Read() && reader.TokenType == token;

    private static bool IsName(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => Is(ref reader, JsonTokenType.PropertyName) && reader.ValueTextEquals(name);

    private static double? Number(ref Utf8JsonReader reader) =>
        Is(ref reader, JsonTokenType.Number) && reader.TryGetDouble(out var number) ? number : null;

    private static string? Text(ref Utf8JsonReader reader, string? known) => !Is(ref reader, JsonTokenType.String) ? null
        : known is not null && reader.ValueTextEquals(known) ? known : reader.GetString();
}
