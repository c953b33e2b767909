using System.Globalization;
using System.Text;
using LockNGen.TestSupport;

namespace LockNGen.Architecture.Tests;

/// <summary>
/// The folders of a project form floors: a folder uses those below it, never one that uses it in turn. <c>./test layers</c> prints the table,
/// with a directory also that of another checkout.
/// </summary>
public sealed class LayeringTests(ITestOutputHelper output)
{
    [Fact]
    public void Folders_OfEachProject_UseOnlyThoseBelowThem()
    {
        var graphs = Projects(Environment.GetEnvironmentVariable("LAYERS_OF") is { Length: > 0 } other ? other : Repository.Root);
        output.WriteLine(Table(graphs));

        var upward =
            from graph in graphs
            from arrow in graph.CircleArrows
            select $"{graph.Project}: {arrow.From} -> {arrow.To} ({string.Join(", ", graph.Files(arrow.From, arrow.To))})";
        upward.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Top", "Bottom", 0)]
    [InlineData("Top", "Top", 0)]
    [InlineData("Bottom", "Top", 2)]
    public void Arrow_ThatClosesACircle_IsFound(string from, string to, int arrows)
    {
        var project = Directory.CreateTempSubdirectory("LockNGen.").FullName;
        try
        {
            var name = Path.GetFileName(project);
            Write("Top", "First", $"using {name}.Bottom;");
            Write(from, "Second", $"using {name}.{to};");
            Write("Bottom", "Third", "using System;");

            new FolderGraph(project).CircleArrows.Count.ShouldBe(arrows);

            void Write(string folder, string file, string text) =>
                File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(project, folder)).FullName, file + ".cs"), text + "\n");
        }
        finally
        {
            Directory.Delete(project, recursive: true);
        }
    }

    private static List<FolderGraph> Projects(string root) =>
    [
        .. new[] { "libs", "services" }.Select(folder => Path.Combine(root, folder)).Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .Where(project => Directory.EnumerateFiles(project, "*.csproj").Any())
            .Order(StringComparer.Ordinal)
            .Select(project => new FolderGraph(project)),
    ];

    private static string Table(IEnumerable<FolderGraph> graphs)
    {
        var table = new StringBuilder("| project | folders | arrows | two-way pairs | folders in circles |\n| --- | --- | --- | --- | --- |\n");
        foreach (var graph in graphs.Where(g => g.Folders.Count > 1))
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {graph.Project} | {graph.Folders.Count} | {graph.Arrows} | {graph.Pairs.Count} | {graph.FoldersInCircles.Count} |\n");
        }

        return table.ToString();
    }
}
