using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyDoors.Frames;

/// <summary>
/// ComfyUI's text frames. Compact, and with <c>type</c> first: some programs distinguish text from pictures by the bytes <c>{"type":</c>.
/// </summary>
internal static class ComfyFrames
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How many prompts are unfinished; the first one on a socket also contains its id.</summary>
    public static TextFrame Status(int remaining, string? sid = null) => Write("status", w =>
    {
        w.WriteStartObject("status");
        w.WriteStartObject("exec_info");
        w.WriteNumber("queue_remaining", remaining);
        w.WriteEndObject();
        w.WriteEndObject();
        if (sid is not null)
            w.WriteString("sid", sid);
    });

    public static TextFrame FeatureFlags(JsonObject flags) => Write("feature_flags", w =>
    {
        foreach (var (name, value) in flags)
        {
            w.WritePropertyName(name);
            value!.WriteTo(w);
        }
    });

    public static TextFrame ExecutionStart(string id, long timestamp) => Write("execution_start", w =>
    {
        w.WriteString("prompt_id", id);
        w.WriteNumber("timestamp", timestamp);
    });

    public static TextFrame ExecutionCached(string id, IReadOnlyList<string> nodes, long timestamp) => Write("execution_cached", w =>
    {
        WriteList(w, "nodes", nodes);
        w.WriteString("prompt_id", id);
        w.WriteNumber("timestamp", timestamp);
    });

    /// <summary>A node starts; without a node, the prompt has ended.</summary>
    public static TextFrame Executing(string id, string? node) => Write("executing", w =>
    {
        w.WriteString("node", node);
        if (node is not null)
            w.WriteString("display_node", node);
        w.WriteString("prompt_id", id);
    });

    public static TextFrame Progress(string id, string node, int value, int max) => Write(
        "progress",
        w =>
        {
            w.WriteNumber("value", value);
            w.WriteNumber("max", max);
            w.WriteString("prompt_id", id);
            w.WriteString("node", node);
        },
        FrameKind.Progress);

    public static TextFrame ProgressState(string id, IEnumerable<NodeState> nodes) => Write(
        "progress_state",
        w =>
        {
            w.WriteString("prompt_id", id);
            w.WriteStartObject("nodes");
            foreach (var node in nodes)
            {
                w.WriteStartObject(node.Id);
                w.WriteNumber("value", node.Value);
                w.WriteNumber("max", node.Max);
                w.WriteString("state", node.IsFinished ? "finished" : "running");
                w.WriteString("node_id", node.Id);
                w.WriteString("prompt_id", id);
                w.WriteString("display_node_id", node.Id);
                w.WriteNull("parent_node_id");
                w.WriteString("real_node_id", node.Id);
                w.WriteEndObject();
            }

            w.WriteEndObject();
        },
        FrameKind.ProgressState);

    public static TextFrame Executed(string id, string node, JsonObject output) => Write("executed", w =>
    {
        w.WriteString("node", node);
        w.WriteString("display_node", node);
        w.WritePropertyName("output");
        output.WriteTo(w);
        w.WriteString("prompt_id", id);
    });

    /// <summary><c>execution_success</c>, <c>execution_error</c> or <c>execution_interrupted</c>.</summary>
    public static TextFrame Outcome(string type, JsonObject data) => Write(type, w =>
    {
        foreach (var (name, value) in data)
        {
            w.WritePropertyName(name);
            value!.WriteTo(w);
        }
    });

    /// <summary>A custom node's event, as the node sent it.</summary>
    public static TextFrame Custom(string type, JsonElement data)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            writer.WritePropertyName("data");
            data.WriteTo(writer);
            writer.WriteEndObject();
        }

        return new TextFrame(buffer.WrittenMemory, FrameKind.Custom);
    }

    private static TextFrame Write(string type, Action<Utf8JsonWriter> data, FrameKind kind = FrameKind.State)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            writer.WriteStartObject("data");
            data(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return new TextFrame(buffer.WrittenMemory, kind);
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}

/// <summary>How far a node is.</summary>
internal sealed record NodeState(string Id, double Value, double Max, bool IsFinished);
