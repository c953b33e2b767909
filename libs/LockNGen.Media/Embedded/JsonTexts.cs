using System.Text.Json;

namespace LockNGen.Media.Embedded;

/// <summary>Members of a JSON object: strings as they are, anything else as its JSON.</summary>
internal static class JsonTexts
{
    /// <summary>Reads the object at <paramref name="path"/>; nothing if it is not there.</summary>
    public static void Read(ReadOnlySpan<byte> json, List<EmbeddedText> texts, params string[] path)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            var at = document.RootElement;
            foreach (var name in path)
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                    return;
            }

            if (at.ValueKind != JsonValueKind.Object)
                return;
            foreach (var member in at.EnumerateObject())
                texts.Add(new(member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText()));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Then there is nothing to read.
            return;
        }
    }
}
