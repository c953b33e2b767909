using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Python;

/// <summary>
/// Values as Python prints them: ComfyUI's error texts quote them (<c>'GIF' not in ['none', 'JPEG']</c>),
/// and version A turns any prompt id into text with <c>str()</c>.
/// </summary>
internal static class PythonText
{
    /// <summary><c>str(value)</c>.</summary>
    public static string Str(JsonNode? value) =>
        value is JsonValue && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : Repr(value);

    /// <summary><c>repr(value)</c>.</summary>
    public static string Repr(JsonNode? value) => value switch
    {
        null => "None",
        JsonArray array => "[" + string.Join(", ", array.Select(Repr)) + "]",
        JsonObject map => "{" + string.Join(", ", map.Select(p => Quote(p.Key) + ": " + Repr(p.Value))) + "}",
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => Quote(value.GetValue<string>()),
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            _ => value.ToJsonString(),
        },
    };

    /// <summary><c>repr(text)</c>.</summary>
    public static string Quote(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var result = new StringBuilder().Append(quote);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => result.Append(@"\\"),
                '\n' => result.Append(@"\n"),
                '\r' => result.Append(@"\r"),
                '\t' => result.Append(@"\t"),
                _ when c == quote => result.Append('\\').Append(c),
                _ => result.Append(c),
            };
        }

        return result.Append(quote).ToString();
    }

    /// <summary>A float as JSON writes it in Python: always with a decimal point, so <c>1.0</c>, as actually sent.</summary>
    public static JsonNode Float(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (!text.AsSpan().ContainsAny('.', 'E', 'e'))
            text += ".0";
        return JsonNode.Parse(text)!;
    }
}
