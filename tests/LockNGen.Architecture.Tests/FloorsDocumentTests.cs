using System.Text.RegularExpressions;
using LockNGen.TestSupport;

namespace LockNGen.Architecture.Tests;

/// <summary>The table of floors in docs/architecture.md: every folder of a service once, none below a folder that it uses.</summary>
public sealed partial class FloorsDocumentTests
{
    [Fact]
    public void Floors_InTheDocument_AreThoseOfTheCode()
    {
        var floors = Rows();
        floors.Keys.ShouldNotBeEmpty();
        foreach (var (service, rows) in floors)
        {
            var graph = new FolderGraph(Path.Combine(Repository.Root, "services", $"LockNGen.{service}"));
            var floorOf = FloorOf(graph, rows);

            graph.Folders.Except(floorOf.Keys).ShouldBeEmpty($"{service}: folders that the table lacks");
            graph.AllArrows.Where(a => floorOf[a.From] > floorOf[a.To]).ShouldBeEmpty($"{service}: arrows to a floor above");
        }
    }

    [Fact]
    public void Services_WithFolders_AreAllInTheDocument()
    {
        var services = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "services"))
            .Where(folder => new FolderGraph(folder).Folders.Count > 1)
            .Select(folder => Path.GetFileName(folder).Split('.', 2)[1]);

        Rows().Keys.ShouldBe(services, ignoreOrder: true);
    }

    /// <summary>The floors of each service, from the roof down; a row without a name continues the one above it.</summary>
    private static Dictionary<string, List<string>> Rows()
    {
        var rows = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var service = "";
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));
        var table = document[document.IndexOf("| service | floors |", StringComparison.Ordinal)..].Split("\n\n")[0];
        foreach (var line in table.Split('\n').Skip(2))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells[1].Length > 0)
                rows[service = cells[1]] = [];
            rows[service].Add(cells[2]);
        }

        return rows;
    }

    private static Dictionary<string, int> FloorOf(FolderGraph graph, List<string> rows) =>
        rows.SelectMany((row, floor) => Words().Matches(row).Select(m => (Folder: m.Value, Floor: floor)))
            .Where(f => graph.Folders.Contains(f.Folder))
            .ToDictionary(f => f.Folder, f => f.Floor, StringComparer.Ordinal);

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Words();
}
