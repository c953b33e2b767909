using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Reads JSON whose shape another program decides: absent, <c>null</c> and of another kind all count as absent.</summary>
internal static partial class JsonElementExtensions
{
    public static JsonElement? Child(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var child) && child.ValueKind != JsonValueKind.Null
            ? child
            : null;

    /// <summary>A string as it is, a number as its text; null for anything else.</summary>
    public static string? Text(this JsonElement element, string name) => element.Child(name) is { } child ? child.AsText() : null;

    public static string? AsText(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Whole(element),
        JsonValueKind.Number => element.GetRawText(),
        _ => null,
    };

    /// <summary>A finite number, also one that was sent as text: Python does not care about the difference, nor about that between 1 and 1.0.</summary>
    public static double? AsNumber(this JsonElement element) =>
        element.AsText() is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;

    // Python writes half a surrogate pair as an escape like any other; .NET cannot decode it.
    private static string? Whole(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return JsonElement.Parse(HalfPair().Replace(element.GetRawText(), @"\ufffd")).GetString();
        }
    }

    [GeneratedRegex(
        @"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex HalfPair();

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Properties(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Object } child ? child.EnumerateObject() : [];
}
