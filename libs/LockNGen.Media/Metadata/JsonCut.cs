using System.Text.Json;

namespace LockNGen.Media.Metadata;

/// <summary>
/// Removes properties from JSON. Everything else stays as written, numbers and escapes included; only whitespace is dropped, so what
/// comes out is never longer.
/// </summary>
internal static class JsonCut
{
    private const int MaxDepth = 512;

    /// <summary>The JSON without the properties of that name, wherever they are; null if it is not JSON.</summary>
    public static byte[]? Without(ReadOnlySpan<byte> json, string name)
    {
        // Some exporters pad with zeros where spaces are required.
        var reader = new Utf8JsonReader(json.TrimEnd((byte)0), new JsonReaderOptions { MaxDepth = MaxDepth });
        using var kept = new MemoryStream(json.Length);
        var needsComma = false;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(name))
                {
                    reader.Skip();
                    continue;
                }

                if (needsComma && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
                    kept.WriteByte((byte)',');
                Write(kept, ref reader);
                needsComma = reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName);
            }

            return kept.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Write(MemoryStream kept, ref Utf8JsonReader reader)
    {
        var isString = reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String;
        if (isString)
            kept.WriteByte((byte)'"');
        kept.Write(reader.ValueSpan);
        if (isString)
            kept.WriteByte((byte)'"');
        if (reader.TokenType == JsonTokenType.PropertyName)
            kept.WriteByte((byte)':');
    }
}
