using System.Text.RegularExpressions;

namespace LockNGen.GenerationApi.Workflows;

/// <summary>The names of uploads: <c>upload-</c>, 32 hexadecimal digits that cannot be guessed, and the extension of the file's type.</summary>
internal static partial class UploadName
{
    public static string New(string extension) => $"upload-{Guid.NewGuid():N}{extension}";

    /// <summary>The upload that an input names, with or without the annotation of ComfyUI's page; null if it names something else.</summary>
    public static string? In(string? value) => value is not null && Form().Match(value) is { Success: true } match ? match.Groups["name"].Value : null;

    [GeneratedRegex(@"^(?<name>upload-[0-9a-f]{32}\.[a-z0-9]{1,12})( \[input\])?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
