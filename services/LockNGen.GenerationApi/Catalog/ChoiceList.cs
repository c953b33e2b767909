using System.Text.Json;

namespace LockNGen.GenerationApi.Catalog;

/// <summary>The list that must contain an input's value: mostly names, sometimes numbers.</summary>
internal sealed class ChoiceList
{
    private readonly Lazy<Dictionary<string, string>> _byPath;
    private readonly IReadOnlyList<JsonElement> _others;

    public ChoiceList(JsonElement list)
    {
        Names = [.. list.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.String).Select(c => c.GetString()!)];
        _others = [.. list.EnumerateArray().Where(c => c.ValueKind != JsonValueKind.String).Select(c => c.Clone())];
        _byPath = new(() =>
        {
            var byPath = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in Names)
                byPath.TryAdd(AsPath(name), name);
            return byPath;
        });
    }

    /// <summary>The names among the choices.</summary>
    public IReadOnlyList<string> Names { get; }

    public int Count => Names.Count + _others.Count;

    /// <summary>
    /// This server's spelling of a name: a model in a folder has <c>\</c> in its name on Windows and <c>/</c> elsewhere. Null if it is not in the list.
    /// </summary>
    public string? SpellingOf(string name) => _byPath.Value.GetValueOrDefault(AsPath(name));

    /// <summary>Whether a value is in the list, as Python's <c>in</c> sees it.</summary>
    public bool Contains(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => SpellingOf(value.GetString()!) is not null,
        JsonValueKind.True or JsonValueKind.False => _others.Any(o => o.ValueKind == value.ValueKind || AsNumber(o) == AsNumber(value)),
        _ => _others.Any(o => JsonElement.DeepEquals(o, value) || (AsNumber(o) is { } number && number == AsNumber(value))),
    };

    /// <summary>Two spellings of a file map to one path.</summary>
    public static string AsPath(string name) => name.Replace('\\', '/');

    private static double? AsNumber(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => null,
    };
}
