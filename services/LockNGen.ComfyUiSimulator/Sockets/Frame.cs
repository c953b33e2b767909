using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Sockets;

/// <summary>One WebSocket message to one client id, or to everyone (<see cref="Target"/> null). Integers in binary frames are big-endian.</summary>
internal sealed record Frame(WebSocketMessageType Type, byte[] Payload, string? Target)
{
    private const int PreviewKind = 1;
    private const int TextKind = 3;
    private const int PreviewWithMetadataKind = 4;

    /// <summary>False sends a message that never ends: a fault, never sent by the real server.</summary>
    public bool EndOfMessage { get; init; } = true;

    public static Frame Json(string type, JsonObject data, string? target)
    {
        var envelope = new JsonObject { ["type"] = type, ["data"] = data };
        return new Frame(WebSocketMessageType.Text, JsonSerializer.SerializeToUtf8Bytes(envelope, SimulatorJson.Default.JsonObject), target);
    }

    public static Frame Preview(PreviewImage image, string? target)
    {
        var payload = new byte[8 + image.Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(payload, PreviewKind);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), image.IsPng ? 2u : 1u);
        image.Bytes.CopyTo(payload, 8);
        return new Frame(WebSocketMessageType.Binary, payload, target);
    }

    public static Frame PreviewWithMetadata(PreviewImage image, JsonObject metadata, string? target)
    {
        metadata["image_type"] = image.IsPng ? "image/png" : "image/jpeg";
        var json = JsonSerializer.SerializeToUtf8Bytes(metadata, SimulatorJson.Default.JsonObject);
        var payload = new byte[8 + json.Length + image.Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(payload, PreviewWithMetadataKind);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), (uint)json.Length);
        json.CopyTo(payload, 8);
        image.Bytes.CopyTo(payload, 8 + json.Length);
        return new Frame(WebSocketMessageType.Binary, payload, target);
    }

    public static Frame Text(string nodeId, string text, string? target)
    {
        var id = Encoding.UTF8.GetBytes(nodeId);
        var body = Encoding.UTF8.GetBytes(text);
        var payload = new byte[8 + id.Length + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(payload, TextKind);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), (uint)id.Length);
        id.CopyTo(payload, 8);
        body.CopyTo(payload, 8 + id.Length);
        return new Frame(WebSocketMessageType.Binary, payload, target);
    }
}

/// <summary>An encoded preview.</summary>
internal sealed record PreviewImage(byte[] Bytes, bool IsPng);
