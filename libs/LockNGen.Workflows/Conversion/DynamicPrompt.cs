using System.Text;
using System.Text.RegularExpressions;

namespace LockNGen.Workflows.Conversion;

/// <summary>What the editor does to a prompt before sending it: comments are removed, and one of {alternatives|in braces} is chosen.</summary>
internal static partial class DynamicPrompt
{
    private const int Deepest = 50;

    /// <summary>The text that is sent. The editor picks a random alternative; here it is the first, so that an import is reproducible.</summary>
    public static string Resolve(string prompt) => Resolve(prompt, 0);

    private static string Resolve(string prompt, int depth)
    {
        var source = Comments().Replace(prompt, "");
        var text = new StringBuilder();
        for (var at = 0; at < source.Length;)
        {
            if (source[at] == '{' && depth < Deepest)
                text.Append(Resolve(First(source, ref at), depth + 1));
            else
                text.Append(Characters(source, ref at));
        }

        return Escapes().Replace(text.ToString(), "${protected}");
    }

    /// <summary>The first of the alternatives that start here.</summary>
    private static string First(string source, ref int at)
    {
        var (choice, depth, isFirst) = (new StringBuilder(), 0, true);
        for (at++; at < source.Length;)
        {
            var characters = Characters(source, ref at);
            if (characters == "}" && depth == 0)
                break;
            depth += characters switch { "{" => 1, "}" => -1, _ => 0 };
            isFirst &= characters != "|" || depth > 0;
            if (isFirst)
                choice.Append(characters);
        }

        return choice.ToString();
    }

    // A backslash and the character it escapes belong together.
    private static string Characters(string source, ref int at)
    {
        var length = source[at] == '\\' && at + 1 < source.Length ? 2 : 1;
        at += length;
        return source.Substring(at - length, length);
    }

    [GeneratedRegex(@"/\*[\s\S]*?\*/|//.*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comments();

    [GeneratedRegex(@"\\(?<protected>[{}|])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escapes();
}
