using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.TestSupport;

/// <summary>A message of a ComfyUI: text with its JSON, or binary.</summary>
public sealed class ReceivedFrame(bool isText, byte[] bytes)
{
    /// <summary>As it came.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <summary>The object, of a text that is one.</summary>
    public JsonObject? Json { get; } = isText ? TryParse(bytes) : null;

    /// <summary>The data of an event.</summary>
    public JsonObject? Data => Json?["data"] as JsonObject;

    /// <summary>The event's type, or <c>binary:</c> and the kind.</summary>
    public string Kind => Json?["type"]?.ToString() ?? (isText ? "garbage" : $"binary:{(Bytes.Length > 3 ? Bytes[3] : -1)}");

    private static JsonObject? TryParse(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
