using System.Text.Json.Nodes;
using LockNGen.Hosting;

namespace LockNGen.GenerationApi.Workflows;

/// <summary>What errors quote from a request: enough to recognize it, never all of a long text.</summary>
internal static class Quoted
{
    private const int MaxLength = 100;

    public static string Short(string text) => text.Shorten(MaxLength);

    /// <summary>A value as JSON.</summary>
    public static string Short(JsonNode? value) => value is JsonValue text && text.TryGetValue<string>(out var plain) ? $"'{Short(plain)}'" : Short(value?.ToJsonString() ?? "null");

    /// <summary>The first of a list.</summary>
    public static string Some(IReadOnlyList<string> names, int count = 10) =>
        string.Join(", ", names.Take(count).Select(Short)) + (names.Count > count ? $" and {names.Count - count} more" : "");
}
