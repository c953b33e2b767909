using System.Buffers;
using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// JSON as Python writes it: with the bare words <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which are no JSON. ComfyUI sends them
/// wherever a node has one, above all in <c>is_changed</c> of workflows in its queue and history; to a watcher they mean <c>null</c>.
/// </summary>
internal static class PythonJson
{
    private static readonly byte[][] Words = ["NaN"u8.ToArray(), "-Infinity"u8.ToArray(), "Infinity"u8.ToArray()];

    /// <summary>Parses one document.</summary>
    /// <exception cref="JsonException">It is not JSON, not even Python's.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json) => JsonDocument.Parse(Clean(json));

    /// <summary>The same document in proper JSON; what is proper already is not copied.</summary>
    public static ReadOnlyMemory<byte> Clean(ReadOnlyMemory<byte> json)
    {
        var rest = json.Span;
        if (rest.IndexOf("NaN"u8) < 0 && rest.IndexOf("Infinity"u8) < 0)
            return json;
        var clean = new ArrayBufferWriter<byte>(json.Length + 64);
        while (!rest.IsEmpty)
        {
            var (length, replacement) = Next(rest);
            clean.Write(replacement ?? rest[..length]);
            rest = rest[length..];
        }

        return clean.WrittenMemory;
    }

    private static (int Length, byte[]? Replacement) Next(ReadOnlySpan<byte> rest)
    {
        if (rest[0] == '"')
            return (StringLength(rest), null);
        foreach (var word in Words)
        {
            if (rest.StartsWith(word))
                return (word.Length, "null"u8.ToArray());
        }

        var next = rest[1..].IndexOfAny("\"NI-"u8);
        return (next < 0 ? rest.Length : next + 1, null);
    }

    // With its quotes, or to the end of what was cut off.
    private static int StringLength(ReadOnlySpan<byte> rest)
    {
        var at = 1;
        while (at < rest.Length && rest[at] != '"')
            at += rest[at] == '\\' ? 2 : 1;
        return Math.Min(at + 1, rest.Length);
    }
}
