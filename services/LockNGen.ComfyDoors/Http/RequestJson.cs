using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace LockNGen.ComfyDoors.Http;

/// <summary>Reads a JSON object of any Content-Type: programs send text, forms, or nothing.</summary>
internal static class RequestJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    /// <summary>The object; an empty body is an empty object; null for anything else.</summary>
    /// <exception cref="BadHttpRequestException">It is too large.</exception>
    public static async Task<JsonObject?> ReadAsync(HttpContext context, long maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maxBytes;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        return bytes.Span.Trim(" \r\n\t"u8).IsEmpty ? [] : Parse(bytes);
    }

    /// <summary>The object; null for anything else, or if it contains an invalid string.</summary>
    public static JsonObject? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(PythonJson.WithoutNaN(WithoutMark(bytes)), Options);
            return (JsonObject?)LastOfEachName(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidCastException)
        {
            return null;
        }
    }

    /// <summary>Whether a flag is what Python takes for true: some programs send 1, or a text.</summary>
    public static bool IsSet(this JsonObject body, string name) => body[name] switch
    {
        JsonObject map => map.Count > 0,
        JsonArray list => list.Count > 0,
        { } value => value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.Number => value.GetValue<double>() != 0,
            JsonValueKind.String => value.GetValue<string>().Length > 0,
            _ => false,
        },
        null => false,
    };

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;

    /// <summary>The last of two members with the same name counts, as in Python; a JsonObject would refuse them.</summary>
    private static JsonNode? LastOfEachName(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in value.EnumerateObject())
                    members[member.Name] = LastOfEachName(member.Value);
                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. value.EnumerateArray().Select(LastOfEachName)]);
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                // Half of a surrogate pair, which is not valid text, is found here rather than when the text is used.
                _ = value.GetString();
                return JsonValue.Create(value.Clone());
            default:
                return JsonValue.Create(value.Clone());
        }
    }
}
