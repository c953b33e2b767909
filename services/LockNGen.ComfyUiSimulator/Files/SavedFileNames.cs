using System.Globalization;

namespace LockNGen.ComfyUiSimulator.Files;

/// <summary>
/// Names as assigned by ComfyUI: prefix, counter, underscore (<c>lab/txt2img_00001_.png</c>). The counter continues from
/// the highest that exists, or was ever assigned here, so that names of dropped files are not reused.
/// </summary>
internal sealed class SavedFileNames(IFileStore files)
{
    private const int MaxPrefixes = 10_000;
    private readonly Lock _gate = new();
    private readonly Dictionary<(FileKind Kind, string Prefix), int> _highest = [];

    /// <summary>The subfolder, and the file names for a batch.</summary>
    public (string Subfolder, string[] Names) Next(FileKind kind, string prefix, int count, string extension)
    {
        var slash = prefix.LastIndexOf('/');
        var (subfolder, name) = slash < 0 ? ("", prefix) : (prefix[..slash], prefix[(slash + 1)..]);
        lock (_gate)
        {
            if (_highest.Count > MaxPrefixes)
                _highest.Clear();
            if (!_highest.TryGetValue((kind, prefix), out var highest))
                highest = HighestExisting(kind, prefix);
            var first = highest + 1;
            _highest[(kind, prefix)] = first + count - 1;
            return (subfolder, [.. Enumerable.Range(first, count).Select(n => string.Create(CultureInfo.InvariantCulture, $"{name}_{n:00000}_{extension}"))]);
        }
    }

    private int HighestExisting(FileKind kind, string prefix)
    {
        var start = prefix + "_";
        var highest = 0;
        foreach (var path in files.List(kind).Where(p => p.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
        {
            var digits = path.AsSpan(start.Length);
            var end = digits.IndexOf('_');
            if (end > 0 && int.TryParse(digits[..end], CultureInfo.InvariantCulture, out var n))
                highest = Math.Max(highest, n);
        }

        return highest;
    }
}
