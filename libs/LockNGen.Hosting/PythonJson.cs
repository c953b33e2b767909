using System.Text;
using System.Text.RegularExpressions;

namespace LockNGen.Hosting;

/// <summary>
/// JSON as Python reads and writes it, with NaN and infinities, which JSON does not have; ComfyUI saves them even in its pictures
/// (<c>"is_changed": [NaN]</c>). Only UTF-8 is expected.
/// </summary>
public static partial class PythonJson
{
    /// <summary>The same text, with null in place of such numbers.</summary>
    public static ReadOnlyMemory<byte> WithoutNaN(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("NaN"u8) < 0 && json.Span.IndexOf("Infinity"u8) < 0)
            return json;
        // In Latin-1 each byte is a character, so nothing else changes.
        return Encoding.Latin1.GetBytes(Tokens().Replace(Encoding.Latin1.GetString(json.Span), match => match.Value[0] == '"' ? match.Value : "null"));
    }

    // Strings are matched as a whole, so that their contents stay unchanged.
    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|-?Infinity|NaN
        """, RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Tokens();
}
