using System.Text.RegularExpressions;

namespace LockNGen.Architecture.Tests;

/// <summary>The arrows that <c>using</c> directives draw between the folders of one project. What is outside them is the roof.</summary>
internal sealed partial class FolderGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, List<string>>> _arrows = new(StringComparer.Ordinal);

    public FolderGraph(string project)
    {
        Project = Path.GetFileName(project);
        foreach (var folder in Directory.EnumerateDirectories(project).Where(IsSource))
        {
            var name = Path.GetFileName(folder);
            _arrows[name] = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
            foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                AddArrows(name, file, Path.GetRelativePath(project, file));
        }
    }

    public string Project { get; }

    public IReadOnlyCollection<string> Folders => _arrows.Keys;

    public IEnumerable<(string From, string To)> AllArrows =>
        from a in _arrows.Keys from b in _arrows[a].Keys select (a, b);

    public int Arrows => AllArrows.Count();

    /// <summary>Folders that use each other, each pair once.</summary>
    public IReadOnlyList<(string From, string To)> Pairs =>
        [.. from a in _arrows.Keys from b in _arrows.Keys where string.CompareOrdinal(a, b) < 0 && Uses(a, b) && Uses(b, a) select (a, b)];

    /// <summary>The arrows from whose end a path leads back to their start.</summary>
    public IReadOnlyList<(string From, string To)> CircleArrows =>
        [.. AllArrows.Where(a => Reaches(a.To, a.From))];

    public IReadOnlyList<string> FoldersInCircles => [.. CircleArrows.Select(a => a.From).Distinct(StringComparer.Ordinal)];

    /// <summary>The files that draw an arrow.</summary>
    public IReadOnlyList<string> Files(string from, string to) => _arrows[from][to];

    private void AddArrows(string folder, string file, string name)
    {
        foreach (var used in Usings().Matches(File.ReadAllText(file)).Where(m => m.Groups["project"].Value == Project).Select(m => m.Groups["folder"].Value).Distinct())
        {
            if (used == folder)
                continue;
            if (!_arrows[folder].TryGetValue(used, out var files))
                _arrows[folder][used] = files = [];
            files.Add(name);
        }
    }

    private bool Uses(string from, string to) => _arrows[from].ContainsKey(to);

    private bool Reaches(string from, string to)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out var folder))
        {
            if (folder == to)
                return true;
            if (seen.Add(folder) && _arrows.TryGetValue(folder, out var next))
                next.Keys.ToList().ForEach(open.Push);
        }

        return false;
    }

    private static bool IsSource(string folder) =>
        Path.GetFileName(folder) is not ("bin" or "obj") && Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Any();

    [GeneratedRegex(@"^using (static |\w+ = )?(?<project>LockNGen\.\w+)\.(?<folder>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Usings();
}
