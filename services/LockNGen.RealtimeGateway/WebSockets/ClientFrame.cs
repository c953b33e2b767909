using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.RealtimeGateway.WebSockets;

/// <summary>What a client may send.</summary>
internal sealed record ClientFrame
{
    /// <summary>subscribe, unsubscribe or ping.</summary>
    public string? Type { get; init; }

    /// <summary>With subscribe and unsubscribe: the generation; absent = all that the caller may see.</summary>
    public string? GenerationId { get; init; }

    /// <summary>With subscribe: the last sequence that the client has; absent = send a snapshot.</summary>
    public long? After { get; init; }

    /// <summary>With ping: returned in the pong.</summary>
    public JsonElement? Id { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, MaxDepth = 8)]
[JsonSerializable(typeof(ClientFrame))]
internal sealed partial class ClientFrameJson : JsonSerializerContext;
