namespace LockNGen.ComfyUiSimulator.Files;

/// <summary>Relative paths inside a folder.</summary>
internal static class FilePath
{
    /// <summary>The path without <c>.</c> and <c>..</c>, or null if it leaves the folder or is absolute.</summary>
    public static string? Normalize(string path)
    {
        if (path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
            return null;
        var parts = new List<string>();
        foreach (var part in path.Split('/', '\\'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case ".." when parts.Count == 0:
                    return null;
                case "..":
                    parts.RemoveAt(parts.Count - 1);
                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        return string.Join('/', parts);
    }

    public static string Combine(string folder, string name) => folder.Length == 0 ? name : folder + "/" + name;
}
