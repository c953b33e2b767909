using System.Text.Json;
using System.Text.RegularExpressions;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Conversion;

/// <summary>
/// File names may contain values of other nodes, <c>%KSampler.seed%</c>, which the editor inserts, and a date in the editor's own notation,
/// <c>%date:yyyy-MM-dd%</c>, for which the server has <c>%year%</c> and others: so that it is the day of the run and not of the import.
/// </summary>
internal static partial class PrefixText
{
    private const string Date = "date:";

    public static string Resolve(Scope scope, string text) => Places().Replace(text, match =>
    {
        var place = match.Groups["place"].Value;
        if (place.StartsWith(Date, StringComparison.Ordinal))
            return DateParts().Replace(place[Date.Length..], ServerDate);
        if (place.Split('.') is not [var name, var field])
            return match.Value;
        var node = scope.Graph.Nodes.FirstOrDefault(n => n.Properties.Text("Node name for S&R") == name) ?? scope.Graph.Nodes.FirstOrDefault(n => n.Title == name);
        return node is not null && scope.ValueOf(node, field) is { } value
            ? (value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()).Replace('/', '_').Replace('\\', '_')
            : match.Value;
    });

    private static string ServerDate(Match part) => part.Value switch
    {
        "yyyy" => "%year%",
        "MM" => "%month%",
        "dd" => "%day%",
        "hh" => "%hour%",
        "mm" => "%minute%",
        "ss" => "%second%",
        var other => other,
    };

    [GeneratedRegex("%(?<place>[^%]+)%", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Places();

    [GeneratedRegex("yyyy|MM|dd|hh|mm|ss", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DateParts();
}
