using System.Text.RegularExpressions;

namespace LockNGen.Workflows.Reading;

/// <summary>JSON as Python writes it: with NaN and infinities, which the editor reads as null.</summary>
internal static partial class PythonJson
{
    public static string WithoutNaN(string json) =>
        json.Contains("NaN", StringComparison.Ordinal) || json.Contains("Infinity", StringComparison.Ordinal)
            ? Tokens().Replace(json, match => match.Value[0] == '"' ? match.Value : "null")
            : json;

    // Strings are matched as a whole, so that their contents stay unchanged.
    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|-?Infinity|NaN
        """, RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Tokens();
}
