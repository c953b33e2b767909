using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Reading JSON whose shape another program decides: absent, <c>null</c> and of another kind are all "not there".</summary>
internal static class JsonElementExtensions
{
    public static JsonElement? Child(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var child) && child.ValueKind != JsonValueKind.Null
            ? child
            : null;

    /// <summary>A string as it is, a number as its text; null for anything else.</summary>
    public static string? Text(this JsonElement element, string name) => element.Child(name) is { } child ? child.AsText() : null;

    public static string? AsText(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetRawText(),
        _ => null,
    };

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Properties(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Object } child ? child.EnumerateObject() : [];
}
