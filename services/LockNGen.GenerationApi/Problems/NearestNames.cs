namespace LockNGen.GenerationApi.Problems;

/// <summary>The names that a mistyped one may have meant, nearest first (Levenshtein distance, a part of a name counting as near).</summary>
internal static class NearestNames
{
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> existing, int count) =>
        [.. existing.OrderBy(e => Distance(name, e)).ThenBy(e => e, StringComparer.Ordinal).Take(count)];

    private static int Distance(string wanted, string existing)
    {
        var (a, b) = (Simplify(wanted), Simplify(existing));
        if (a.Length > 0 && (a.Contains(b, StringComparison.Ordinal) || b.Contains(a, StringComparison.Ordinal)))
            return 0;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }

    /// <summary>Lower case, without folder and extension, at most 100 characters: names are compared, not essays.</summary>
    private static string Simplify(string name)
    {
        var file = name.Split('/', '\\')[^1];
        var stem = Path.HasExtension(file) ? Path.GetFileNameWithoutExtension(file) : file;
        return (stem.Length > 100 ? stem[..100] : stem).ToLowerInvariant();
    }
}
