using System.Text.RegularExpressions;

namespace LockNGen.Workflows.Reading;

/// <summary>JSON as Python writes it: with numbers that are none, for which the editor reads null.</summary>
internal static partial class PythonJson
{
    public static string WithoutNaN(string json) =>
        json.Contains("NaN", StringComparison.Ordinal) || json.Contains("Infinity", StringComparison.Ordinal)
            ? Tokens().Replace(json, match => match.Value[0] == '"' ? match.Value : "null")
            : json;

    // Texts are matched as a whole, so that what is inside of them stays.
    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|-?Infinity|NaN
        """, RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Tokens();
}
