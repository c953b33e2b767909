using System.Text.RegularExpressions;

namespace LockNGen.GenerationApi.Uploads;

/// <summary>The names of uploads: <c>upload-</c>, 32 hexadecimal digits that nobody guesses, an extension. Whatever else begins so is a file of ComfyUI's.</summary>
internal static partial class UploadName
{
    private const string Input = "[input]";

    /// <summary>Whether a text is such a name.</summary>
    public static bool IsOne(string text) => Pattern().IsMatch(text);

    /// <summary>The upload that an input names, also with ComfyUI's note <c>[input]</c> behind it; null if it names none.</summary>
    public static string? In(string text)
    {
        var name = text.EndsWith(Input, StringComparison.Ordinal) ? text[..^Input.Length].TrimEnd() : text;
        return IsOne(name) ? name : null;
    }

    [GeneratedRegex(@"^upload-[0-9a-f]{32}\.[a-z0-9]{1,10}$", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
