using System.Text.Json.Nodes;
using System.Text.Json;

namespace LockNGen.RealtimeGateway.Events;

/// <summary>The one exception to forwarding events unchanged: <c>preview=none</c> and <c>preview=inline</c>.</summary>
internal static class PreviewRewriter
{
    /// <summary>The event without <c>data.previewUrl</c>; null when it has none.</summary>
    public static byte[]? Remove(ReadOnlyMemory<byte> json) => Rewrite(json, data => data.Remove("previewUrl"));

    /// <summary>The event with <c>data.preview</c> as a data: URL.</summary>
    public static byte[]? Inline(ReadOnlyMemory<byte> json, NewestPreview image) => Rewrite(json, data =>
    {
        data["preview"] = $"data:{image.ContentType};base64,{Convert.ToBase64String(image.Bytes)}";
        return true;
    });

    private static byte[]? Rewrite(ReadOnlyMemory<byte> json, Func<JsonObject, bool> change)
    {
        try
        {
            return JsonNode.Parse(json.Span) is JsonObject message && message["data"] is JsonObject data && change(data)
                ? JsonSerializer.SerializeToUtf8Bytes(message)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Canonical in its first properties and broken later (not JSON, half a surrogate pair, a duplicate name): forwarded unchanged.
            return null;
        }
    }
}
