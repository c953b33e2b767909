using System.Globalization;
using System.Text.RegularExpressions;
using LockNGen.Contracts;
using LockNGen.Hosting;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>
/// The names of results. Every GPU writes <c>ComfyUI_00001_.png</c>, so a door gives each file a name that is unique on the whole farm, and
/// that identifies the file by itself. It consists of letters, digits, <c>.</c>, <c>_</c> and <c>-</c>: some programs do not escape names.
/// </summary>
internal static partial class FileNames
{
    private const int MaxStem = 60;

    public static string Of(Guid id, GenerationImage image)
    {
        var stem = Path.GetFileNameWithoutExtension(image.Filename ?? "").TrimEnd('_');
        stem = Counter().Replace(stem, "");
        stem = Unfit().Replace(stem, "_").Trim('.', '_');
        stem = stem.Truncate(MaxStem);
        if (stem.Length == 0)
            stem = "ComfyUI";
        return string.Create(CultureInfo.InvariantCulture, $"{stem}_{id:N}-{image.Index}_{Extension(image)}");
    }

    /// <summary>The file that a name refers to; null if no door issued that name.</summary>
    public static (Guid Id, int Index)? Parse(string name) =>
        Given().Match(name) is { Success: true } match
            ? (Guid.ParseExact(match.Groups["id"].ValueSpan, "N"), int.Parse(match.Groups["n"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))
            : null;

    private static string Extension(GenerationImage image)
    {
        var extension = Path.GetExtension(image.Filename ?? "");
        if (Ending().IsMatch(extension))
            return extension;
        return image.ContentType.Split(';')[0].Trim() switch
        {
            "image/jpeg" => ".jpg",
            "image/svg+xml" => ".svg",
            "audio/mpeg" => ".mp3",
            "model/gltf-binary" => ".glb",
            "text/plain" => ".txt",
            var type => "." + type[(type.LastIndexOf('/') + 1)..].Replace("x-", "", StringComparison.Ordinal) is { Length: <= 13 } guess && Ending().IsMatch(guess) ? guess : ".bin",
        };
    }

    [GeneratedRegex("_?[0-9]{4,}$", RegexOptions.NonBacktracking)]
    private static partial Regex Counter();

    [GeneratedRegex("[^A-Za-z0-9._-]+", RegexOptions.NonBacktracking)]
    private static partial Regex Unfit();

    [GeneratedRegex(@"^\.[A-Za-z0-9]{1,12}$", RegexOptions.NonBacktracking)]
    private static partial Regex Ending();

    [GeneratedRegex(@"_(?<id>[0-9a-f]{32})-(?<n>[0-9]{1,6})_\.[A-Za-z0-9]{1,12}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Given();
}
