using System.Globalization;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>The results, for the log: where each one is, and its seed.</summary>
internal static class ResultLine
{
    /// <summary>Keeps the line short, however large the batch.</summary>
    private const int MaxNamed = 10;

    public static string Of(IReadOnlyList<GenerationImage> results)
    {
        if (results.Count == 0)
            return "no results";
        var named = string.Join(", ", results.Take(MaxNamed).Select(r => r.Seed is { } seed ? string.Create(CultureInfo.InvariantCulture, $"{r.Url} (seed {seed})") : r.Url));
        return results.Count > MaxNamed ? string.Create(CultureInfo.InvariantCulture, $"{named} and {results.Count - MaxNamed} more") : named;
    }
}
