using System.Text.RegularExpressions;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Validation;

/// <summary>
/// The names of results. ComfyUI accepts nearly anything: dates, dots, blanks, every script. Two things it accepts cannot work: a path out of
/// its output folder, which fails when the work is done, and names that it then refuses to serve.
/// </summary>
internal static partial class FilenamePrefix
{
    public const string InputName = "filename_prefix";
    public const int MaxLength = 500;

    /// <summary>Why a prefix is refused; null if it is not.</summary>
    public static string? FindProblem(string prefix)
    {
        if (prefix.Length > MaxLength)
            return $"filename_prefix has {prefix.Length} characters; at most {MaxLength} are allowed.";
        return Leaves(prefix) ? $"filename_prefix '{Quoted.Short(prefix)}' must not leave the output directory." : null;
    }

    /// <summary>
    /// A prefix whose files can be fetched: <c>/view</c> serves no name with <c>..</c> in it, and fails on line breaks. Null if no change is needed.
    /// </summary>
    public static string? Mend(string prefix)
    {
        var parts = Controls().Replace(prefix, "_").Split('/').Select(p => p is "." or ".." ? p : Dots().Replace(p, "."));
        var mended = string.Join('/', parts);
        return mended == prefix ? null : mended;
    }

    /// <summary>With both kinds of slashes, because we do not know the server's system.</summary>
    private static bool Leaves(string prefix)
    {
        if (prefix.StartsWith('/') || prefix.StartsWith('\\') || Drive().IsMatch(prefix))
            return true;
        var depth = 0;
        foreach (var part in prefix.Split('/', '\\'))
        {
            depth += part switch { "" or "." => 0, ".." => -1, _ => 1 };
            if (depth < 0)
                return true;
        }

        return false;
    }

    [GeneratedRegex(@"^[A-Za-z]:[/\\]", RegexOptions.NonBacktracking)]
    private static partial Regex Drive();

    [GeneratedRegex(@"\.{2,}", RegexOptions.NonBacktracking)]
    private static partial Regex Dots();

    [GeneratedRegex(@"[\u0000-\u001f\u007f\u0085\u2028\u2029]", RegexOptions.NonBacktracking)]
    private static partial Regex Controls();
}
