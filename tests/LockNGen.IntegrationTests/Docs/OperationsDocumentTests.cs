using System.Text.RegularExpressions;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Docs;

/// <summary>docs/operations.md covers all alerts and metrics.</summary>
public sealed partial class OperationsDocumentTests
{
    private static readonly string Document = Read("docs", "operations.md");

    [Fact]
    public void Runbook_HasAnEntryForEachAlert() =>
        Headings().Matches(Document).Select(m => m.Groups["name"].Value).ShouldBe(
            Alerts().Matches(Read("deploy", "prometheus", "alerts.yml")).Select(m => m.Groups["name"].Value), ignoreOrder: true);

    [Fact]
    public void MetricsTable_NamesEveryInstrument()
    {
        var named = Rows().Matches(Document).SelectMany(row => NamesOf(row.Groups["name"].Value)).ToList();

        var instruments = new[] { "libs", "services" }
            .SelectMany(folder => Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{System.IO.Path.DirectorySeparatorChar}obj{System.IO.Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Instruments().Matches(File.ReadAllText(file)).Select(m => m.Groups["name"].Value));
        named.ShouldBe(instruments.Distinct(), ignoreOrder: true);
    }

    /// <summary>In <c>lockngen.queue.waiting, .active</c> what begins with a dot continues the last whole name's first two words.</summary>
    private static IEnumerable<string> NamesOf(string cell)
    {
        var family = "";
        foreach (Match name in Names().Matches(cell))
        {
            var text = name.Groups["name"].Value;
            if (!text.StartsWith('.'))
                family = string.Join('.', text.Split('.').Take(2));
            yield return text.StartsWith('.') ? family + text : text;
        }
    }

    private static string Read(params string[] path) => File.ReadAllText(System.IO.Path.Combine([Repository.Root, .. path]));

    [GeneratedRegex("^### (?<name>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Headings();

    [GeneratedRegex("- alert: (?<name>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Alerts();

    [GeneratedRegex(@"^\| (?<name>`lockngen\.[^|]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Rows();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Names();

    [GeneratedRegex("\\b(?:Create)?(?:Observable)?(?:Counter|UpDownCounter|Histogram|Gauge)(?:<[a-z]+>)?\\(\\s*\"(?<name>lockngen\\.[a-z_.]+)\"")]
    private static partial Regex Instruments();
}
