using System.Text.Json;
using System.Text.RegularExpressions;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// Files that nodes list as a bare path, as the stock 3D previews do: relative to the output folder, with <c>temp/</c> in front or
/// <c>[temp]</c> behind, or absolute on the server.
/// </summary>
internal static partial class OutputPath
{
    private const int MaxLength = 1024;
    private static readonly string[] Keys =
        ["result", "results", "3d", "model", "model_file", "mesh", "images", "gifs", "video", "videos", "audio", "files", "file", "path", "paths"];

    /// <summary>Null if it is not a path, or its key never holds one.</summary>
    public static OutputFile? Of(string key, JsonElement entry) =>
        entry.ValueKind == JsonValueKind.String && Keys.Contains(key) && entry.AsText() is { Length: > 0 and <= MaxLength } path ? Of(key, path) : null;

    private static OutputFile? Of(string key, string path)
    {
        if (Pattern().Match(path.Replace('\\', '/')) is not { Success: true } match || path.Contains("..", StringComparison.Ordinal))
            return null;
        var (folders, type) = (match.Groups["folders"].Value.TrimEnd('/'), match.Groups["type"].Value);
        if (type == "input")
            return null;
        if (match.Groups["root"].Success)
        {
            // Of an absolute path only what is below ComfyUI's own folders can be fetched.
            if (RootFolder().Match("/" + folders) is not { Success: true } root)
                return null;
            (folders, type) = (root.Groups["below"].Value, root.Groups["type"].Value);
        }
        else if (type.Length == 0 && RootFolder().Match("/" + folders) is { Success: true, Index: 0 } relative)
        {
            (folders, type) = (relative.Groups["below"].Value, relative.Groups["type"].Value);
        }

        return new OutputFile(key, match.Groups["name"].Value, folders, type.Length == 0 ? OutputFile.Output : type);
    }

    [GeneratedRegex(
        @"^(?<root>/|[A-Za-z]:/)?(?<folders>(?:[^/:*?""<>|\p{Cc}]+/)*)(?<name>[^/:*?""<>|\p{Cc}]+\."
        + "(?:glb|gltf|obj|stl|ply|fbx|usdz|splat|spz|ksplat|png|jpe?g|webp|gif|avif|heic|svg|tiff?|bmp|exr|mp4|webm|mov|mkv|avi|mp3|flac|wav|ogg|opus|m4a|aac|latent|safetensors|json|txt|csv|zip|pdf))"
        + @"(?: \[(?<type>output|temp|input)\])?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"/(?<type>output|temp)(?:/(?<below>.*))?$", RegexOptions.CultureInvariant | RegexOptions.RightToLeft, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RootFolder();
}
